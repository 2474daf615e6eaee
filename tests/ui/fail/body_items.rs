mod plain {
    #[inline]
    fn now() -> impl Iterator<Item = u8> {
        ["x"].into_iter()
    }
}

mod traced {
    #[traceable::traceable]
    fn now() -> impl Iterator<Item = u8> {
        ["x"].into_iter()
    }
}

fn main() {}
