// Knows by its name which file holds secrets: keys, passwords and logins that no commit of ours may carry.

/** What a name says of a file. `open`: by its name it is made to be shared. */
export type NameVerdict =
  | { readonly kind: "secret"; readonly why: string }
  /** A key file by its name; one that holds only public parts is none. */
  | { readonly kind: "key"; readonly why: string }
  /** Holds secrets when there is a login in it. */
  | { readonly kind: "settings" }
  | { readonly kind: "open" }
  | { readonly kind: "unknown" };

// What is written to be copied and filled in, or made up for tests.
const openFolders = new Set("fixtures __fixtures__ fixture testdata test-data test_data golden goldens".split(" "));
const openNames = /(?:^|[._-])(?:example|sample|template|tmpl|dist|defaults?|schema)(?:[._-]|$)/;

const secretFolders = new Set([".ssh", ".gnupg"]);
const openInSecretFolders = /^(?:known_hosts|authorized_keys|.*\.pub)$/;

const passwords = "by its name it holds passwords";
const keys = "by its name it is a private key";
const login = "by its name it holds a login";

const secretNames: readonly (readonly [form: RegExp, why: string])[] = [
  [/^\.env(?:rc)?$|^\.env[._-]|\.env$/, "by its name it holds secrets of an environment"],
  [/^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/, keys],
  [/\.(?:p12|pfx|ppk|jks|keystore|kdbx?|agekey)$/, keys],
  [/^\.?netrc$|^_netrc$|^\.pgpass$|^\.my\.cnf$|^\.htpasswd$|^\.git-credentials$|^\.dockercfg$/, passwords],
  [/^\.?vault[_-]pass(?:word)?(?:\.txt)?$|^\.s3cfg$|^\.boto$/, passwords],
  [/^credentials?(?:\.(?:json|ya?ml|toml|ini|csv))?$|^application_default_credentials\.json$/, login],
  [/^service[_-]?account.*\.json$|^client_secrets?.*\.json$|^gcloud.*key.*\.json$/, login],
  [/^kubeconfig(?:\.ya?ml)?$|\.kubeconfig$/, "by its name it holds the login to a cluster"],
];
const secretPaths: readonly (readonly [form: RegExp, why: string])[] = [
  [/(?:^|\/)\.kube\/config$/, "by its name it holds the login to a cluster"],
  [/(?:^|\/)\.docker\/config\.json$|(?:^|\/)\.aws\/(?:credentials|sso\/cache\/.*)$/, login],
];
const keyNames = /\.(?:pem|key|pk8)$/;
const settingsNames =
  /^\.(?:npmrc|yarnrc|yarnrc\.yml|pypirc|curlrc|wgetrc)$|^(?:pip\.conf|nuget\.config|settings\.xml)$/;

/** @param path relative to the work folder, with `/` */
export function judgeName(path: string): NameVerdict {
  const folders = path.toLowerCase().split("/");
  const name = folders.pop() ?? "";
  if (folders.some((folder) => openFolders.has(folder)) || openNames.test(name)) return { kind: "open" };
  if (folders.some((folder) => secretFolders.has(folder))) {
    return openInSecretFolders.test(name) ? { kind: "open" } : { kind: "secret", why: "it lies in a folder of keys" };
  }
  const whole = path.toLowerCase();
  const known = secretNames.find(([form]) => form.test(name)) ?? secretPaths.find(([form]) => form.test(whole));
  if (known !== undefined) return { kind: "secret", why: known[1] };
  if (keyNames.test(name)) return { kind: "key", why: keys };
  return settingsNames.test(name) ? { kind: "settings" } : { kind: "unknown" };
}
