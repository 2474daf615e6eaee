mod plain {
    #[inline]
    fn items() -> impl Iterator<Item = u8> {
        ["x"].into_iter()
    }

    #[inline]
    fn stream() -> impl futures::Stream<Item = u8> {
        futures::stream::iter(["x"])
    }

    #[inline]
    fn future() -> impl Future<Output = u8> {
        std::future::ready("x")
    }

    #[inline]
    fn boxed() -> Box<dyn Iterator<Item = u8>> {
        Box::new(["x"].into_iter())
    }
}

mod traced {
    #[traceable::traceable]
    fn items() -> impl Iterator<Item = u8> {
        ["x"].into_iter()
    }

    #[traceable::traceable]
    fn stream() -> impl futures::Stream<Item = u8> {
        futures::stream::iter(["x"])
    }

    #[traceable::traceable]
    fn future() -> impl Future<Output = u8> {
        std::future::ready("x")
    }

    #[traceable::traceable]
    fn boxed() -> Box<dyn Iterator<Item = u8>> {
        Box::new(["x"].into_iter())
    }
}

fn main() {}
