mod plain {
    #[inline]
    async fn later() -> i32 {
        1;
    }

    #[inline]
    fn now() -> i32 {
        1;
    }
}

mod traced {
    #[traceable::traceable]
    async fn later() -> i32 {
        1;
    }

    #[traceable::traceable]
    fn now() -> i32 {
        1;
    }
}

fn main() {}
