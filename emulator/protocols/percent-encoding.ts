/** Percent-encoding by RFC 3986: only letters, digits and `-._~` stay. `encodeURIComponent` leaves five characters more. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, percentEncodeCharacter);
}

export function percentEncodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
