// Tells characters apart by tables, which is what the redactor does with each character of a text.

const nameCharacters = tableOf("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");

/** Whether the character is one that names are made of. */
export function isNameCharacter(code: number): boolean {
  return code < 128 && nameCharacters[code] === 1;
}

/** By the code of a character below 128: 1 for these, else 0. */
export function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = 1;
  return table;
}
