/** Canvas help: sharp pixels, and colours as the theme resolves them. */

export function fitCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Resolves `var(--x)` (which may hold `light-dark()`) to what a canvas understands. */
export function resolveColours(near: Element, colours: readonly string[]): string[] {
  const probe = document.createElement('span');
  probe.hidden = true;
  near.ownerDocument.body.append(probe);
  const resolved = colours.map((colour) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return resolved;
}
