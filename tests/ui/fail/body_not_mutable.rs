mod plain {
    #[inline]
    fn now(text: String) -> String {
        text.push('x');
        text
    }

    #[inline]
    async fn later(text: String) -> String {
        text.push('x');
        text
    }
}

mod traced {
    #[traceable::traceable]
    fn now(text: String) -> String {
        text.push('x');
        text
    }

    #[traceable::traceable]
    async fn later(text: String) -> String {
        text.push('x');
        text
    }
}

fn main() {}
