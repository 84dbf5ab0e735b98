const digits = '01230120022455012623010202';

/** American Soundex of ASCII text (US National Archives rules: h and w do not part equal codes); '' when there is no letter. Robert R163, Tymczak T522. */
export function soundex(text: string): string {
  const letters = text.toLowerCase().replace(/[^a-z]/g, '');
  if (letters === '') return '';
  let code = (letters[0] as string).toUpperCase();
  let last = digitOf(letters, 0);
  for (let i = 1; i < letters.length && code.length < 4; i += 1) {
    const letter = letters[i];
    if (letter === 'h' || letter === 'w') continue;
    const digit = digitOf(letters, i);
    if (digit !== '0' && digit !== last) code += digit;
    last = digit;
  }
  return code.padEnd(4, '0');
}

function digitOf(letters: string, index: number): string {
  return digits[letters.charCodeAt(index) - 97] ?? '0';
}
