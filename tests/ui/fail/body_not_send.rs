mod plain {
    #[inline]
    async fn later() -> u8 {
        let shared = std::rc::Rc::new(1);
        std::future::ready(()).await;
        *shared
    }

    fn check() {
        fn is_send(_: impl Send) {}
        is_send(later());
    }
}

mod traced {
    #[traceable::traceable]
    async fn later() -> u8 {
        let shared = std::rc::Rc::new(1);
        std::future::ready(()).await;
        *shared
    }

    fn check() {
        fn is_send(_: impl Send) {}
        is_send(later());
    }
}

fn main() {}
