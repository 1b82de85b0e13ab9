/** A fenced block of a Markdown file. */
export interface MarkdownBlock {
  readonly file: string;
  /** Of its first fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** What a comment `<!-- test: ... -->` right before it says. */
  readonly directive: string | null;
}

const FENCE =
  /^(?:<!-- test: (?<directive>.+?) -->\n+)?(?<fence>`{3,})(?<language>\w*)[^\n]*\n(?<code>.*?)^\k<fence>$/gms;

export function readBlocks(file: string, markdown: string): readonly MarkdownBlock[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const { directive = null, fence = '', language = '', code = '' } = match.groups ?? {};
    const start = match.index + match[0].indexOf(fence);
    return { file, line: markdown.slice(0, start).split('\n').length, language, code, directive };
  });
}
