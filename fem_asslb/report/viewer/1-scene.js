// Arrays of a scene, as fem_asslb.report.quantised packs them.

async function unpacked(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const width = Kind.BYTES_PER_ELEMENT, count = planes.length / width, numbers = new Kind(count);
  for (let byte = 0; byte < width; byte++) {
    for (let place = 0; place < count; place++) numbers[place] += planes[byte * count + place] * 256 ** byte;
  }
  return numbers;
}

async function unpackedScene(scene) {
  const all = (texts) => Promise.all(texts.map((text) => unpacked(text, Uint16Array)));
  scene.region = await unpacked(scene.region, Uint16Array);
  scene.lines = await unpacked(scene.lines, Uint32Array);
  for (const owner of [scene.places, scene.displacements, ...scene.fields]) owner.states = await all(owner.states);
  return scene;
}

// A number with as many digits as 16 bits carry.
function written(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}
