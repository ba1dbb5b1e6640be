type Titled = { readonly title: string; readonly hint: string };

/** The texts of the pages for the images of this site. */
export interface BrandingMessages {
  readonly menu: string;
  readonly title: string;
  readonly lead: string;
  readonly image: string;
  readonly images: Readonly<Record<'logo' | 'logo-dark' | 'favicon', Titled>>;
  readonly source: string;
  /** The key of the configuration follows. */
  readonly configured: string;
  /** The time follows. */
  readonly uploaded: string;
  readonly byDefault: string;
  readonly change: string;
  readonly form: {
    readonly file: string;
    readonly fileHint: string;
    readonly missing: string;
    readonly upload: string;
    readonly remove: string;
  };
  readonly done: Readonly<Record<'uploaded' | 'removed', string>>;
}
