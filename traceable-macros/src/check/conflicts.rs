//! Options that contradict each other.

use syn::Ident;

use crate::message::{self, Mistakes};
use crate::options::{Given, Options, RunType};

/// Options that contradict each other, whatever the function is.
pub(crate) fn conflicts(options: &Options, mistakes: &mut Mistakes) {
    fn key<T>(given: &Option<Given<T>>) -> Option<&Ident> {
        given.as_ref().map(|given| &given.key)
    }
    let pairs = [
        (key(&options.skip_all), key(&options.skip), "already skips every argument"),
        (key(&options.skip_all), key(&options.debug), "skips every argument"),
        (key(&options.skip_all), key(&options.display), "skips every argument"),
        (key(&options.root), key(&options.parent), "means that there is no parent"),
        (key(&options.skip_output), key(&options.process_outputs), "leaves nothing to process"),
        (key(&options.skip_output), key(&options.process_chunk), "leaves nothing to process"),
        (key(&options.skip_output), key(&options.reduce), "leaves nothing to reduce"),
        (key(&options.skip_output), key(&options.aggregate), "leaves nothing to aggregate"),
        (key(&options.aggregate), key(&options.reduce), "makes one output of all items already"),
        (key(&options.aggregate), key(&options.process_chunk), "keeps no items to process"),
    ];
    for (winner, loser, reason) in pairs {
        if let (Some(winner), Some(loser)) = (winner, loser) {
            message::exclude(mistakes, winner, loser, reason);
        }
    }
    if let Some(model) = options.model.as_ref().filter(|_| !calls_a_model(options)) {
        mistakes.push(message::no_model_run(&model.key));
    }
}

/// LangSmith counts tokens and costs of these alone. A type of one's own is one's own affair.
fn calls_a_model(options: &Options) -> bool {
    options.run_type.as_ref().is_some_and(|given| match &given.value {
        RunType::Known(variant) => variant == "Llm" || variant == "Embedding",
        RunType::Custom(_) => true,
    })
}
