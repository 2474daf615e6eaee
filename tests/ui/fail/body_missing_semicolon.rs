mod plain {
    #[inline]
    fn now() -> i32 {
        let one = 1
        one
    }
}

mod traced {
    #[traceable::traceable]
    fn now() -> i32 {
        let one = 1
        one
    }
}

fn main() {}
