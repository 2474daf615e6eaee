//! The words in names, in lower case, separated by spaces.

/// Secret by themselves.
pub(super) const SECRETS: &str = "\
    password passwords passwd passphrase passphrases passcode passcodes pwd secret secrets credential \
    credentials creds cred authorization bearer cookie cookies jwt otp totp apikey apikeys";

/// Secret also as the end of a word in which nothing separates the words.
pub(super) const SECRET_ENDS: &str = "\
    authorization cookie password passwords passwd passphrase secret secrets credential credentials \
    apikey apikeys";

/// Secret before `key`, and before `keys`.
pub(super) const KEYS: &str = "\
    access account admin aes api app application auth authorization aws azure anthropic bot client \
    cohere consumer datadog decryption deploy encryption encrypted function functions gemini github \
    gitlab google gpg groq hmac huggingface jwt langchain langsmith license maps master mistral openai \
    personal pgp pinecone private rsa sas secret security sendgrid service session shared signing slack \
    ssh ssl storage stripe subscription tavily tls twilio wallet webhook write";

/// Secret before `token`, and before `tokens`, which by itself are what a model makes.
pub(super) const TOKENS: &str = "\
    access api app auth authentication authorization aws bearer bot client csrf deploy device github \
    gitlab hf huggingface id identity invite jwt login npm oauth personal private push pypi refresh \
    registration reset sas secret security service session slack vault verification webhook xsrf";

/// Before `token`, words of models, and of pages of results: all others make it a credential.
pub(super) const TOKENS_OF_MODELS: &str = "\
    added any assistant audio average avg bad begin blank bos boundary cached cls completion \
    continuation control current cursor decoded decoder delta draft each encoder end eod eom eos eot \
    every fim final first forced generated image input last logit mask max maximum mean middle min \
    minimum model new newline next num output pad padding page partial placeholder predicted prefix prev \
    previous prompt reasoning response role sample sampled sep separator single special start stop sub \
    subword suffix system target text thinking tool top total unk unknown video vocab word";

/// Secret before `pass`.
pub(super) const PASSES: &str = "\
    account admin app auth basic database db email ftp http imap key keystore ldap login mail mongo \
    mysql pg postgres proxy rabbitmq redis root server service sftp smtp ssh sudo truststore user usr \
    vpn wifi";

/// Secret before `code`.
pub(super) const CODES: &str = "auth authorization backup mfa otp recovery security verification";

/// Secret before `phrase`.
pub(super) const PHRASES: &str = "backup mnemonic pass recovery secret seed";

/// After a secret word, these say which it is, or in what form: it stays secret.
pub(super) const FORMS: &str = "\
    again base confirm confirmation current dev enc encoded encrypted hash hashed header hex jks json new \
    old pem pfx plain plaintext prod production raw repeat staging str string test text value values";

/// Before everything else, these ask a question, or belong to a sentence.
pub(super) const QUESTIONS: &str = "\
    allow allows can disable enable forgot had has hide is missing need needs no require requires should \
    show supports use uses without";

pub(super) const FILLERS: &str = "a an and for her his its my of or our that the their this to your";

/// The words in which the name of a secret can end, apart from what may follow: its form, or digits.
pub(super) const LAST_WORDS: &str = "\
    key keys token tokens secret secrets password passwords passwd passphrase passphrases passcode \
    passcodes pass pwd authorization authentication auth bearer cookie cookies credential credentials \
    cred creds jwt otp code codes phrase connection";
