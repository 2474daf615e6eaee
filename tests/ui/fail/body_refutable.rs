mod plain {
    #[inline]
    fn now(Some(a): Option<u8>) -> u8 {
        a
    }
}

mod traced {
    #[traceable::traceable]
    fn now(Some(a): Option<u8>) -> u8 {
        a
    }
}

fn main() {}
