// Asking a web server for files: no cookies, no body sent, everything bounded in time.

/** What a server has to say to one request. */
export type WebAnswer =
  | {
    readonly kind: "found";
    /** Offset of the first byte that comes: 0 where the server knows no ranges. */
    readonly offset: number;
    /** Bytes of the whole file; null when the server does not tell. */
    readonly totalBytes: number | null;
    /** The next piece; null at the end. Throws `WebFault` when the connection breaks or falls silent. */
    read(): Promise<Uint8Array | null>;
    /** Gives up what has not come yet. May be called again. */
    close(): void;
  }
  /** There is no such file, or not so much of it. */
  | { readonly kind: "absent" }
  /** `reason`: for people. `mayPass`: trying again later may help. */
  | { readonly kind: "failed"; readonly reason: string; readonly mayPass: boolean };

/** A connection that broke after it had begun to answer. */
export class WebFault extends Error {
  override readonly name = "WebFault";
}

export interface Web {
  /**
   * @param url http or https
   * @param options `from`: first byte wanted; `silenceMs`: longest time without a byte, from the request on
   */
  get(url: string, options: { readonly from: number; readonly silenceMs: number }): Promise<WebAnswer>;
}
