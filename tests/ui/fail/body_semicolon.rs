mod plain {
    #[inline]
    async fn later() -> i32 {
        1;
    }
}

mod traced {
    #[traceable::traceable]
    async fn later() -> i32 {
        1;
    }
}

fn main() {}
