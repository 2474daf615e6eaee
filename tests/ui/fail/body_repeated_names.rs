mod plain {
    #[inline]
    fn twice(a: u8, a: u8) -> u8 {
        a
    }

    #[inline]
    async fn in_a_pattern(a: u8, (b, a): (u8, u8), c: u8) -> u8 {
        a + b + c
    }

    #[inline]
    fn in_patterns([a, _]: [u8; 2], b: u8, (a, b): (u8, u8)) -> impl Iterator<Item = u8> {
        a..b
    }
}

mod traced {
    #[traceable::traceable]
    fn twice(a: u8, a: u8) -> u8 {
        a
    }

    #[traceable::traceable]
    async fn in_a_pattern(a: u8, (b, a): (u8, u8), c: u8) -> u8 {
        a + b + c
    }

    #[traceable::traceable]
    fn in_patterns([a, _]: [u8; 2], b: u8, (a, b): (u8, u8)) -> impl Iterator<Item = u8> {
        a..b
    }
}

fn main() {}
