/** One entry of the catalogue: `{name}` in the texts is filled from the error's details. */
export interface ErrorSpec {
  /** The HTTP status that a route answers with. */
  readonly status: number;
  /** Whether message and details go to the client; otherwise it is told only the code and that something failed. */
  readonly expose: boolean;
  /** What was expected and what came. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** Every error that Hookline throws or answers with. A code, once published, keeps its meaning. */
export const ERRORS = {
  // start-up
  OPTION_INVALID: {
    status: 500,
    expose: false,
    message: 'Option {option}: expected {expected}, got {got}.',
    hint: 'Correct the option where the hub, store or source is created.',
  },
  QUEUE_OPTIONS_INVALID: {
    status: 500,
    expose: false,
    message: 'bullQueue cannot work with these options: {problems}.',
    hint: 'Correct all of them; a URL alone, bullQueue(process.env.REDIS_URL), needs no options.',
  },
  ROLES_FIXED: {
    status: 500,
    expose: false,
    message: 'The hub runs as {running} already, so it cannot be started as {asked}.',
    hint: 'Call hub.start({ roles }) before the first dispatch and before anything is mounted, or pass roles to createHub.',
  },
  EVENT_TYPE_INVALID: {
    status: 422,
    expose: true,
    message:
      'Event type "{type}": expected lower-case segments [a-z0-9_] joined by dots, as in "conversation.created".',
    hint: 'Rename the event type.',
  },
  EVENT_TYPE_RESERVED: {
    status: 422,
    expose: true,
    message: 'Event type "{type}": everything under "hookline." is told by Hookline itself.',
    hint: 'Choose another first segment; listen to "hookline.*" to hear what Hookline tells.',
  },
  EVENT_TYPE_COLLISION: {
    status: 500,
    expose: false,
    message: 'Event types "{first}" and "{second}" both map to the listener method {method}().',
    hint: 'Rename one of them: "_" and "." both start a new word.',
  },
  ENCRYPTION_KEY_MISSING: {
    status: 500,
    expose: false,
    message:
      'A durable store in production needs createHub({ encryptionKey }), or webhook secrets would be stored in plain text.',
    hint: 'Make a key with: node -p "crypto.randomBytes(32).toString(\'base64\')", keep it with your other secrets.',
  },
  SECRET_UNREADABLE: {
    status: 500,
    expose: false,
    message: 'A stored secret cannot be opened with this encryptionKey.',
    hint: 'Start the hub with the encryptionKey that the secret was stored under.',
  },
  SOURCE_SECRET_MISSING: {
    status: 500,
    expose: false,
    message: 'Source "{source}" has no secret: expected a non-empty string, got {got}.',
    hint: 'Pass the secret the sender shows you. Without one anybody could send events, so the source is refused.',
  },
  SECRET_UNKNOWN: {
    status: 401,
    expose: true,
    message: 'The lookup of source "{source}" knows no secret for this request.',
    hint: 'Check how `secret` tells tenants apart: it answered null or undefined.',
  },
  PROFILE_MISSING: {
    status: 500,
    expose: false,
    message: 'This hub has no header profile "{profile}".',
    hint: 'Give createHub({ profiles }) all that webhooks name, in every process that works.',
  },
  SIGN_UNSUPPORTED: {
    status: 500,
    expose: false,
    message: 'A request of source "{source}" cannot be signed here: {problem}.',
    hint: 'Pass `secret` to sign(): the secret, or the private key of a sender that signs with one.',
  },
  KEY_UNAVAILABLE: {
    status: 503,
    expose: true,
    message: 'The key that source "{source}" signs with could not be fetched: {problem}.',
    hint: 'The sender will send again. Check that this process may reach {url}.',
  },
  SUBSCRIPTION_UNCONFIRMED: {
    status: 503,
    expose: true,
    message: 'The subscription that source "{source}" is asked to confirm could not be confirmed: {problem}.',
    hint: 'The sender will ask again. Check that this process may reach it.',
  },
  SOURCE_NAME_INVALID: {
    status: 500,
    expose: false,
    message:
      'Source name "{source}": expected one lower-case segment [a-z0-9_], since its events are named "<source>.<type>".',
    hint: 'Rename the key under `sources`.',
  },
  DIALECT_UNSUPPORTED: {
    status: 500,
    expose: false,
    message: 'sequelizeStore needs a Sequelize instance on the postgres dialect, got {dialect}.',
    hint: 'Pass a Sequelize instance that is connected to Postgres.',
  },
  MIGRATION_PENDING: {
    status: 503,
    expose: false,
    message: 'The tables of Hookline are missing or old: {pending} not yet applied.',
    hint: 'Run: npx hookline migrate up',
  },
  QUARANTINED: {
    status: 409,
    expose: true,
    message: 'Nothing is sent: this database was {recorded} before, and is {found} now.',
    hint: 'If it is at home here, say so with hub.quarantine.confirm({ owed }) or "npx hookline confirm".',
  },
  LISTENER_INVALID: {
    status: 500,
    expose: false,
    message: 'Listener "{listener}": {problem}.',
    hint: 'Give it a method named after an event type (conversationCreated for "conversation.created"), or patterns and handle().',
  },

  TRANSFORM_MISSING: {
    status: 500,
    expose: false,
    message: 'A webhook names the transform "{transform}", which this hub does not have.',
    hint: 'Give createHub({ transforms }) all that webhooks name, in every process that works.',
  },
  TRANSFORM_FAILED: {
    status: 500,
    expose: false,
    message: 'The {name} of the app failed: {problem}.',
    hint: 'Correct the function: its deliveries are tried again after a minute, and no attempt is counted.',
  },

  // events
  EVENT_TYPE_UNKNOWN: {
    status: 422,
    expose: true,
    message: 'Unknown event type "{type}".{suggestion}',
    hint: 'Declare it with defineEvents, or correct the spelling. Types of an inbound source are known once the source is mounted.',
  },
  EVENT_DATA_INVALID: {
    status: 422,
    expose: true,
    message: 'The data of "{type}" was refused: {problem}.',
    hint: 'Dispatch data that fits the schema declared for the event type and that JSON can carry.',
  },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    expose: true,
    message:
      'The idempotency key "{key}" is that of event {id} of type "{firstType}", not of one of type "{type}".',
    hint: 'Use a key of its own for each thing that happens, such as "invoice-17-paid".',
  },
  EVENT_TOO_LARGE: {
    status: 413,
    expose: true,
    message: 'The payload of "{type}" has {bytes} bytes, more than the {maxBytes} allowed.',
    hint: 'Send ids in place of whole records, or raise maxPayloadBytes.',
  },
  LISTENER_FAILED: {
    status: 500,
    expose: false,
    message: 'Listener "{listener}" failed on {type} {eventId}.',
    hint: 'The error it threw is the cause. Other listeners and the caller were not affected.',
  },
  LISTENER_TIMEOUT: {
    status: 500,
    expose: false,
    message: 'Listener "{listener}" did not end within {timeoutMs} ms on {type} {eventId}.',
    hint: 'Its run is tried again; make it end earlier, or raise listenerTimeoutMs.',
  },
  HUB_CLOSED: {
    status: 503,
    expose: true,
    message: 'The hub was closed and takes nothing more.',
    hint: 'Dispatch before hub.close(), or create a new hub.',
  },

  // inbound
  SOURCE_UNKNOWN: {
    status: 404,
    expose: true,
    message: 'No inbound source is named "{source}".',
    hint: 'Mount it under `sources`, or set <NAME>_WEBHOOK_SECRET for a bare webhooks().',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    expose: true,
    message: 'Source "{source}" takes requests with the method {allowed}, got {method}.',
    hint: 'Check the method and the URL that the sender is configured with.',
  },
  WEBHOOK_NOT_VERIFIED: {
    status: 500,
    expose: false,
    message:
      'This request was not verified: expected verify(...) of source "{source}" in front of its handler.',
    hint: 'Mount the very middleware whose of() is called: app.post(path, middleware, handler).',
  },
  BODY_TOO_LARGE: {
    status: 413,
    expose: true,
    message: 'The request body is larger than the {maxBytes} bytes allowed.',
    hint: 'Raise maxBodyBytes if the sender is right.',
  },
  BODY_UNREADABLE: {
    status: 400,
    expose: true,
    message: 'The request body could not be read: {problem}.',
    hint: 'The sender broke off, or sent an encoding that it did not declare.',
  },
  BODY_ALREADY_PARSED: {
    status: 500,
    expose: true,
    message:
      'The exact bytes of this request are gone: a body parser read them before Hookline, so no signature can be checked. ' +
      'Mount Hookline before the parser, or put captureRawBody (exported by the express and koa packages) in front of the parser.',
    hint: 'Express: app.use(captureRawBody) or express.json({ verify: captureRawBody }). Koa: app.use(captureRawBody()).',
  },
  PAYLOAD_NOT_JSON: {
    status: 400,
    expose: true,
    message: 'The request body is not valid JSON: {problem}.',
    hint: 'Send a JSON document, in UTF-8.',
  },
  SIGNATURE_MISSING: {
    status: 401,
    expose: true,
    message: 'The request carries no signature: expected header {header}.',
    hint: 'Check that the sender signs its requests and that no proxy drops the header.',
  },
  SIGNATURE_MISMATCH: {
    status: 401,
    expose: true,
    message: 'No signature on this request matches a secret of source "{source}".',
    hint: "Compare the secret with the sender's. Behind a proxy, make sure that it passes the body on unchanged.",
  },
  TIMESTAMP_INVALID: {
    status: 401,
    expose: true,
    message: 'The timestamp of this request is missing or malformed: expected {expected} in {header}.',
    hint: 'Check that no proxy changes the header.',
  },
  TIMESTAMP_OUT_OF_RANGE: {
    status: 401,
    expose: true,
    message: 'The timestamp of this request is {ageS} s away from now, more than the {toleranceS} s allowed.',
    hint: "Check both clocks. An old request that comes again is refused on purpose: it may be someone's replay.",
  },
  SOURCE_NAME_TAKEN: {
    status: 500,
    expose: false,
    message: 'Two sources are to be mounted as "{source}".',
    hint: 'Give each a name of its own: it is the path of its requests and the first part of its events. For many tenants one source looks the secret up.',
  },
  ANSWER_OVERDUE: {
    status: 503,
    expose: true,
    message: 'The request could not be recorded within {timeoutMs} ms.',
    hint: 'Look at the store, and at the functions of the source that look something up: the sender comes again.',
  },
  RECEIPT_UNREADABLE: {
    status: 409,
    expose: true,
    message:
      'Receipt "{id}" cannot be replayed: its first event is gone, and no source is mounted as "{source}" to read it again.',
    hint: 'Mount the source, then replay.',
  },
  REQUEST_INCOMPLETE: {
    status: 400,
    expose: true,
    message: 'The request lacks {what}.',
    hint: 'Check that the right sender points to this source.',
  },

  // admin
  AUTHORIZER_MISSING: {
    status: 403,
    expose: true,
    message: 'The admin routes are closed: no `authorize` was given.',
    hint: 'Pass webhooks(hub, { authorize: (request, permission) => principal }).',
  },
  UNAUTHENTICATED: {
    status: 401,
    expose: true,
    message: 'This route needs an authenticated caller.',
    hint: 'Your `authorize` returned null for this request.',
  },
  FORBIDDEN: {
    status: 403,
    expose: true,
    message: 'The caller may not {permission}.',
    hint: 'Your `authorize` returned false for this request, or an account where the route is for staff alone.',
  },
  PRINCIPAL_INVALID: {
    status: 403,
    expose: false,
    message: '`authorize` answered neither true (staff) nor { accountId } with an account.',
    hint: 'Return null where there is no user. An accountId that is undefined is no account, so nobody is let in.',
  },
  CROSS_SITE_REFUSED: {
    status: 403,
    expose: true,
    message: 'The request comes from a page of another site.',
    hint: 'Call the admin routes from your own pages or from a server.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    expose: true,
    message: 'The request has the content type "{type}", expected application/json.',
    hint: 'Send JSON, and say so.',
  },
  NOT_FOUND: {
    status: 404,
    expose: true,
    message: 'There is no {kind} "{id}" here.',
    hint: 'Check the id. A row of another account is not found, either.',
  },
  VALIDATION_FAILED: {
    status: 422,
    expose: true,
    message: 'The request was refused: {problem}.',
    hint: 'Correct the fields named in `details`.',
  },
  CURSOR_INVALID: {
    status: 400,
    expose: true,
    message: 'The cursor "{cursor}" is not one that this route gave out.',
    hint: 'Use `nextCursor` of the page before, unchanged.',
  },
  EVENT_ERASED: {
    status: 409,
    expose: true,
    message: 'The content of event "{id}" was erased: there is nothing left to send.',
    hint: 'Dispatch a new event.',
  },
  STATE_CONFLICT: {
    status: 409,
    expose: true,
    message: 'The delivery is {state}: an attempt is due or running already.',
    hint: 'Wait for its outcome, then redeliver.',
  },

  WEBHOOK_INACTIVE: {
    status: 409,
    expose: true,
    message: 'The webhook "{id}" of this delivery is {state}.',
    hint: 'Enable the webhook, then redeliver.',
  },

  // row capture
  TRANSACTION_REQUIRED: {
    status: 500,
    expose: false,
    message: '{model}: expected a transaction around {operation}, as its binding demands, got none.',
    hint: "Pass { transaction }, or bind the model with transaction: 'auto' to have one opened.",
  },
  EVENTS_LOST: {
    status: 500,
    expose: false,
    message:
      '{model}: the events of a write could not be stored. The write was kept, as its binding demands.',
    hint: 'The cause says why. hub.reconcile(model) dispatches what is missing.',
  },
  BULK_TOO_LARGE: {
    status: 500,
    expose: false,
    message:
      '{model}: expected at most {cap} rows in {operation}, got more, and no event type for a summary. Nothing was written.',
    hint: "Name a summary event in the binding, raise its bulkRowCap, write in smaller parts, or bind with bulk: 'off'.",
  },
  SUMMARY_MISSING: {
    status: 500,
    expose: false,
    message:
      '{model}: a statement {operation} {count} rows, more than its triggers record one by one, and the binding names no event type for a summary.',
    hint: 'Name a summary event in the binding: until then the change waits, and is tried again.',
  },
  CAPTURE_MISSING: {
    status: 500,
    expose: false,
    message: "{model} is bound with capture: 'trigger', and the table {table} has no such trigger.",
    hint: "Apply captureMigrations for it, or bind with capture: 'hooks'. Until then changes of the table make no events.",
  },
  CAPTURE_BLOCKED: {
    status: 503,
    expose: false,
    message:
      'The triggers of {table} were left as they are: a lock on the table was not to be had within {timeoutMs} ms.',
    hint: 'Try again when no long transaction uses the table (pg_stat_activity shows them), or wait longer with lockTimeoutMs.',
  },

  // infrastructure
  QUEUE_UNAVAILABLE: {
    status: 503,
    expose: false,
    message: 'The queue "{queue}" did not take the jobs: {problem}.',
    hint: 'Nothing is lost: workers find the work in the store. Check that its server can be reached.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    expose: false,
    message: 'The store "{store}" does not answer.',
    hint: 'The cause says why. What was dispatched inside a transaction is kept or undone with it.',
  },
  INTERNAL: {
    status: 500,
    expose: false,
    message: 'Something failed inside Hookline or its store.',
    hint: 'The cause is in the log.',
  },
} as const satisfies Record<Uppercase<string>, ErrorSpec>;
