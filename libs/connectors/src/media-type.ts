/** A content type without its parameters, lower case, and its charset. */
export interface MediaType {
  readonly type: string;
  readonly charset: string | undefined;
}

/** Reads a Content-Type header; an absent one has an empty type. */
export function mediaType(header: string | undefined): MediaType {
  const [type = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice(8);
  return { type, charset: charset?.replace(/^"|"$/g, '') };
}

/** Whether the text is, or can be read as, UTF-8. */
export const isUtf8Charset = (charset: string | undefined): boolean =>
  charset === undefined || charset === 'utf-8' || charset === 'us-ascii';
