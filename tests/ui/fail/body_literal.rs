mod plain {
    #[inline]
    fn now() -> i32 {
        "x"
    }

    #[inline]
    async fn later() -> i32 {
        "x"
    }
}

mod traced {
    #[traceable::traceable]
    fn now() -> i32 {
        "x"
    }

    #[traceable::traceable]
    async fn later() -> i32 {
        "x"
    }
}

fn main() {}
