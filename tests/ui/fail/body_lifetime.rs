mod plain {
    #[inline]
    async fn forever(text: &str) -> &'static str {
        text
    }

    #[inline]
    async fn other<'a, 'b>(first: &'a str, second: &'b str) -> &'b str {
        if second.is_empty() {
            return first;
        }
        second
    }

    #[inline]
    async fn inside(text: &str) -> Result<&'static str, String> {
        Ok(text)
    }
}

mod traced {
    #[traceable::traceable]
    async fn forever(text: &str) -> &'static str {
        text
    }

    #[traceable::traceable]
    async fn other<'a, 'b>(first: &'a str, second: &'b str) -> &'b str {
        if second.is_empty() {
            return first;
        }
        second
    }

    #[traceable::traceable]
    async fn inside(text: &str) -> Result<&'static str, String> {
        Ok(text)
    }
}

fn main() {}
