let mutant;

export function initialize(data) {
  mutant = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  const edits = mutant.edits.filter((edit) => url.split('?')[0].endsWith(edit.file));
  if (edits.length === 0) return loaded;
  let source = String(loaded.source);
  for (const { file, from, to } of edits) {
    const found = source.split(from).length - 1;
    if (found !== 1) throw new Error(`mutant ${mutant.name}: its snippet stands ${found} times in ${file}`);
    source = source.replace(from, () => to);
    process.stderr.write(`mutant ${mutant.name} applied to ${file}\n`);
  }
  return { ...loaded, source };
}
