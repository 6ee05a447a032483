// A turntable with parallel projection: x to the right, the stack upwards.

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const sum = (a, b, factor = 1) => a.map((value, axis) => value + factor * b[axis]);

class Camera {
  constructor(low, high, isFlat) {
    this.low = low;
    this.high = high;
    this.isFlat = isFlat;
    this.reset(1);
  }

  // Look at the whole box, in 3D from the front, the right and above.
  reset(aspect) {
    const size = sum(this.high, this.low, -1);
    this.azimuth = 0.5;
    this.elevation = 0.38;
    this.centre = sum(this.low, size, 0.5);
    this.halfHeight = this.isFlat
      ? 0.52 * Math.max(size[1], size[0] / aspect) : 0.52 * Math.hypot(...size) * Math.max(1, 1 / aspect);
    this.depth = 8 * Math.hypot(...size);
  }

  axes() {
    if (this.isFlat) return { right: [1, 0, 0], up: [0, 1, 0], toward: [0, 0, 1] };
    const [sa, ca] = [Math.sin(this.azimuth), Math.cos(this.azimuth)];
    const [se, ce] = [Math.sin(this.elevation), Math.cos(this.elevation)];
    return { right: [ca, sa, 0], up: [-sa * se, ca * se, ce], toward: [sa * ce, -ca * ce, se] };
  }

  turn(right, up) {
    this.azimuth -= right;
    this.elevation = Math.min(Math.PI / 2, Math.max(-Math.PI / 2, this.elevation + up));
  }

  // Move what is seen, by shares of half the height of the picture.
  move(right, up) {
    const axes = this.axes();
    this.centre = sum(sum(this.centre, axes.right, -right * this.halfHeight), axes.up, -up * this.halfHeight);
  }

  // Come nearer to a point of the picture, which stays where it is.
  zoom(factor, right, up) {
    this.move(-right, -up);
    this.halfHeight *= factor;
    this.move(right, up);
  }
}
