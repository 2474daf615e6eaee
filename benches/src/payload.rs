//! What programs that call models send, made up: text that compresses about as well as text does.

use serde::Serialize;

#[derive(Serialize)]
pub struct Question {
    pub model: &'static str,
    pub temperature: f64,
    pub prompt: [Message; 2],
}

#[derive(Serialize)]
pub struct Message {
    pub role: &'static str,
    pub content: String,
}

#[derive(Serialize)]
pub struct Answer {
    pub message: Message,
    pub stopped_by: &'static str,
    pub tokens: [u32; 2],
}

/// About 1 KB in, 1 KB out, as JSON.
pub struct Payload {
    pub question: Question,
    pub answer: Answer,
    pub user: String,
    pub session: String,
}

/// Numbers without a visible pattern, the same each time (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Made of syllables, so that text compresses about as well as text does.
    pub fn word(&mut self) -> String {
        (0..=self.below(3))
            .flat_map(|_| [b"bdfgklmnprstvz"[self.below(14) as usize], b"aeiou"[self.below(5) as usize]])
            .map(char::from)
            .collect()
    }

    /// Some words are much more frequent than others.
    pub fn text(&mut self, words: &[String], length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            let most = self.below(words.len() as u64) + 1;
            text.push_str(&words[self.below(most) as usize]);
            text.push(' ');
        }
        text
    }

    pub fn payload(&mut self, words: &[String]) -> Payload {
        let question = Question {
            model: "small-1",
            temperature: 0.2,
            prompt: [
                Message { role: "system", content: self.text(words, 250) },
                Message { role: "user", content: self.text(words, 600) },
            ],
        };
        let message = Message { role: "assistant", content: self.text(words, 880) };
        let tokens = [self.below(300) as u32, self.below(300) as u32];
        let answer = Answer { message, stopped_by: "end", tokens };
        let (user, session) = (format!("u{}", self.below(100_000)), format!("{:016x}", self.next()));
        Payload { question, answer, user, session }
    }
}
