//! Names of secrets, and of what only sounds like one.

use super::*;

const NAMES_OF_SECRETS: &str = "\
    password, Password, PASSWORD, db_password, DB_PASSWORD, dbPassword, DbPassword, db-password, \
    db.password, db password, dbpassword, passwords, password1, password_2, new_password, \
    passwordConfirmation, confirm_password, password_hash, user[password], passwd, pgpasswd, passphrase, \
    sshPassphrase, passcode, db_pass, SMTP_PASS, root_pwd, MYSQL_PWD, secret, secrets, client_secret, \
    clientSecret, CLIENT_SECRET, client-secret, clientsecret, secretValue, webhook.secret, \
    app_secret_key, credential, credentials, Credentials, aws_credentials, dbCreds, authorization, \
    Authorization, Proxy-Authorization, authorization_header, authorization_token, AUTHORIZATION, \
    bearer, bearer_token, BearerToken, cookie, Cookie, Set-Cookie, cookies, session_cookie, \
    sessionCookie, api_key, apiKey, ApiKey, APIKey, APIkey, API_KEY, api-key, api.key, api key, apikey, \
    APIKEY, x-api-key, X-Api-Key, api_keys, OPENAI_API_KEY, openaiApiKey, openai_key, api_key_2, \
    my_api_key_value, apiKeyBase64, access_key, secretAccessKey, AWSSecretAccessKey, private_key, \
    privateKey, PRIVATE_KEY, privatekey, signing-key, encryptionKey, SSH_KEY, token, Token, TOKEN, \
    auth_token, authToken, access_token, accessToken, accesstoken, refreshToken, OAuthToken, \
    oauth_token, X-Auth-Token, X-Amz-Security-Token, csrf_token, idToken, GITHUB_TOKEN, HF_TOKEN, \
    github.token, slackBotToken, my_token, your token, token_value, api_tokens, accessTokens, jwt, \
    jwt_token, otp, auth_code, recovery_codes, seed_phrase, connection_string, ConnectionString, \
    session_token, subscriptionKey, ocp-apim-subscription-key, account_key, AccountKey, \
    encrypted_password, private_key_pem, privateKeyPem, TLS_KEY_PEM, credentials_json, secret_json, \
    SECRET_KEY_BASE, oauth_token_secret, accessKeySecret, x_api_token, authtoken, apitoken, secretkey, \
    accesskey, password_reset_token, webhookSigningSecret, user_credentials";

const OTHER_NAMES: &str = "\
    max_tokens, maxTokens, MAX_TOKENS, max_new_tokens, max_output_tokens, maxOutputTokens, \
    max_completion_tokens, token_count, tokenCount, total_token_count, totalTokenCount, \
    promptTokenCount, candidatesTokenCount, num_tokens, prompt_tokens, promptTokens, completion_tokens, \
    total_tokens, input_tokens, output_tokens, reasoning_tokens, cached_tokens, audio_tokens, \
    accepted_prediction_tokens, rejected_prediction_tokens, cache_read_input_tokens, \
    cache_creation_input_tokens, thinking_tokens, input_token_details, output_token_details, \
    prompt_tokens_details, completion_tokens_details, token_usage, tokenUsage, tokens, new_tokens, \
    stop_tokens, special_tokens, tokens_per_second, tokens_used, token_limit, token_budget, token_ids, \
    tokenId, token_type, token_type_ids, tokenizer, tokenizer_config, tokenization, tokenized, \
    detokenize, eos_token, eosToken, bos_token, pad_token, unk_token, mask_token, sep_token, cls_token, \
    stop_token, next_token, nextToken, next_page_token, nextPageToken, page_token, continuation_token, \
    continuationToken, new_token, image_token, time_to_first_token, per_token, cost_per_token, \
    cost_per_1k_tokens, first_token_latency, ms_per_output_token, key, keys, keyboard, monkey, \
    primary_key, primaryKey, foreign_key, cache_key, cacheKey, sort_key, partition_key, public_key, \
    publicKey, keyword, key_points, keywords, idempotency_key, password_length, passwordPolicy, \
    password_strength, password_changed_at, secret_name, secretary, cookie_policy, cookieConsent, \
    authorization_url, authorizationEndpoint, author, authors, authority, authenticated, bearing, \
    credential_type, credentials_path, passed, passenger, compass, session_id, sessionId, thread_id, \
    code, status_code, statusCode, error_code, country_code, phrase, string, connection, value, text, \
    header, headers, json, pem, response_json, public_key_pem, passwordless, content, usage, ls_model_name, temperature";

#[test]
fn names_of_secrets_are_known_in_every_way_of_writing() {
    for name in NAMES_OF_SECRETS.split(", ") {
        assert!(secrecy(name) >= Texts, "{name}: {:?}", secrecy(name));
        assert!(may_end_name(name.as_bytes()), "{name}");
    }
}

#[test]
fn other_names_say_nothing() {
    for name in OTHER_NAMES.split(", ") {
        assert_eq!(secrecy(name), Nothing, "{name}");
    }
}

#[test]
fn some_names_depend_on_the_value() {
    for name in [
        "auth",
        "authentication",
        "pwd",
        "pass",
        "boarding_pass",
        "has_password",
        "use_token",
        "isSecret",
        "forgot_password",
    ] {
        assert_eq!(secrecy(name), IfOpaque, "{name}");
    }
    // numbers count something
    assert_eq!((secrecy("token"), secrecy("my_token"), secrecy("auth_token")), (Texts, Texts, All));
}

#[test]
fn the_end_of_a_name_is_found_in_texts_and_in_json() {
    for name in NAMES_OF_SECRETS.split(", ") {
        for before in ["{}", "{}\" ", "{\"{}\"", "line\\n{}", "x, {} ", "\\\"{}\\\"", "?a=b&{}"] {
            assert!(ends_name(before.replace("{}", name).as_bytes()), "{before} {name}");
        }
    }
    // what every model reports must not cost time
    for name in OTHER_NAMES.split(", ") {
        assert!(!ends_name(format!("{{\"{name}\"").as_bytes()), "{name}");
    }
    assert!(
        ends_name(br#"{"api/key""#) && ends_name("{\"clé secret\"".as_bytes()) && !ends_name(b"api / key")
    );
}

#[test]
fn a_sentence_is_no_name() {
    assert_eq!(secrecy("what is password=hunter2"), Nothing);
    assert_eq!(secrecy(&format!("{} password", "a".repeat(80))), Nothing);
}
