// The public half of the key that releases are signed with; whoever holds the other half can make releases.

/**
 * Ed25519 keys in base64; a signature of any of them counts, so that a new key can be brought in by a release that an old
 * one has signed. `scripts/install.sh` holds the same keys.
 */
export const releaseKeys: readonly string[] = ["haGyTOseQMRu/2z7oVnkHhgOZsTE2Z3ieXnhSVVy6zk="];
