/** Whose webhooks ours look like. */
export type HeaderProfile = 'standard' | 'svix' | 'stripe' | 'github' | 'chatwoot';

export const HEADER_PROFILES: readonly HeaderProfile[] = ['standard', 'svix', 'stripe', 'github', 'chatwoot'];
