// Exact prism kernels at one grid node, in double precision: the arithmetic of _kernel_numba.py, where it is
// explained and tested; here a thread has one node and one station where the compiled row has all nodes of a row.
//
// Constant: ORDER (derivatives of the integral of 1/r: 1, 2 or 3).

#define PI 3.14159265358979323846
#define LN2 0.69314718055994530942
#define TAN_PI_8 0.41421356237309504880

struct Layer {
    double x, y, z1, z2;  // node's easting and northing, layer's bottom and top, from the station
    bool east_of_all, north_of_all;  // whether the station lies beyond the last node
    double unit;                     // of the lengths whose logarithms the first derivatives take, the same along a row
};

__device__ __forceinline__ double sign_of(double value) { return (value > 0.0) - (value < 0.0); }

__device__ __forceinline__ double log_of_ratio(double p, double q) {
    const long long bits = __double_as_longlong(p + q) - __double_as_longlong(q);
    const long long k = (bits + (1LL << 51)) >> 52;
    const double scale = __longlong_as_double((1023 - k) << 52);
    const double s = (scale * p + (scale - 1.0) * q) / (scale * p + (scale + 1.0) * q);
    const double w = s * s;
    double tail = 0.15282958805011315394 + w * 0.15125236291764002034;
    tail = 0.22222182204225053003 + w * (0.18184640820527714518 + w * tail);
    tail = 0.66666666666666945507 + w * (0.39999999999321172009 + w * (0.28571428840828983412 + w * tail));
    return (double)k * LN2 + (2.0 * s + s * w * tail);
}

__device__ __forceinline__ double angle_of(double n, double d) {
    const double height = fabs(n), base = fabs(d);
    const double low = fmin(height, base), high = fmax(height, base);
    const bool turned = low > TAN_PI_8 * high;
    const double denominator = turned ? low + high : high;
    const double z = (turned ? low - high : low) / (denominator > 0.0 ? denominator : 1.0);
    const double w = z * z;
    double tail = 0.039231658295587191303 + w * -0.019176887119062258989;
    tail = -0.066645114473819480001 + w * (0.058581489128022098816 + w * (-0.050854497379402598613 + w * tail));
    tail = -0.090909045781239018905 + w * (0.076921831908260865637 + w * tail);
    tail = -0.14285714284666542922 + w * (0.11111111015256361727 + w * tail);
    tail = -0.3333333333333333016 + w * (0.19999999999995520678 + w * tail);
    double angle = (turned ? PI / 4.0 : 0.0) + (z + z * w * tail);
    angle = height > base ? PI / 2.0 - angle : angle;
    angle = d < 0.0 ? PI - angle : angle;
    angle = n < 0.0 ? -angle : angle;
    return n != 0.0 ? angle : 0.0;
}

// ln(1 + p / q), or of over / under where q is zero: on a line through an edge
__device__ __forceinline__ double edge_logarithm(double p, double q, double over, double under) {
    const bool singular = q == 0.0;
    const double value = log_of_ratio(singular ? fabs(over - under) : p, singular ? fmin(over, under) : q);
    return singular && over < under ? -value : value;
}

__device__ __forceinline__ double log_of_quotient(double a, double b) {
    const double logarithm = log_of_ratio(fabs(a - b), fmin(a, b));
    return a < b ? -logarithm : logarithm;
}

// distance from the station to the farther end of a row, whose ends lie at x1 and x2
__device__ __forceinline__ double unit_of_length(double x1, double x2, const Layer at) {
    const double x = fmax(fabs(x1), fabs(x2)), z = fmax(fabs(at.z1), fabs(at.z2));
    return sqrt(x * x + at.y * at.y + z * z);
}

// difference of ln(t + r) between the two ends of an edge along z; side is the squared distance of r1 from the t axis
__device__ __forceinline__ double end_logarithm(double s, double rr, double far, bool gap, double side) {
    const double q = gap ? rr * side : rr * far;
    return log_of_ratio(gap ? s * far : s, q > 0.0 ? q : 1.0);
}

// first derivative along t, where u is the other horizontal coordinate
__device__ __forceinline__ double horizontal_kernel(const Layer at, double t, double u, bool beyond) {
    const bool mirrored = at.z1 + at.z2 < 0.0;
    const double lo = mirrored ? -at.z2 : at.z1, hi = mirrored ? -at.z1 : at.z2;
    const bool between = lo < 0.0;
    const double height = hi - lo, s = height * (hi + lo), t2 = t * t, u2 = u * u, rho2 = t2 + u2;
    const double r1 = sqrt(rho2 + lo * lo), r2 = sqrt(rho2 + hi * hi), rr = r1 + r2;

    const double far2 = r2 + fabs(u);
    const bool gap = u < 0.0 && !beyond;
    const double log_u = end_logarithm(s, rr, r1 + fabs(u), gap, t2 + lo * lo);
    const double end = log_of_quotient(gap ? t2 + hi * hi : far2, gap ? far2 * at.unit : at.unit);

    const double far = between ? r1 - lo : r1 + lo, p = height * (rr + (lo + hi));
    const double q = between ? rr * rho2 : rr * far;
    const double log_z = log_of_ratio(between ? p * far : p, q > 0.0 ? q : 1.0);

    const double skew = between ? hi * r1 - lo * r2 : rho2 * s, common = between ? 1.0 : hi * r1 + lo * r2;
    const double angle = angle_of(t * u * skew, common * (t2 * (r1 * r2) + u2 * (lo * hi)));
    return t * angle - u * log_z - (beyond ? -1.0 : 1.0) * (lo * log_u + height * end);
}

// first derivative along z
__device__ __forceinline__ double vertical_kernel(const Layer at) {
    const double x = at.x, y = at.y;
    const bool mirrored = at.z1 + at.z2 < 0.0;
    const double lo = mirrored ? -at.z2 : at.z1, hi = mirrored ? -at.z1 : at.z2, even = mirrored ? -1.0 : 1.0;
    const bool between = lo < 0.0;
    const double s = (hi - lo) * (hi + lo), x2 = x * x, y2 = y * y, lo2 = lo * lo, hi2 = hi * hi, rho2 = x2 + y2;
    const double r1 = sqrt(rho2 + lo2), r2 = sqrt(rho2 + hi2), rr = r1 + r2;
    const double log_x = end_logarithm(s, rr, r1 + fabs(x), x < 0.0 && !at.east_of_all, y2 + lo2);
    const double log_y = end_logarithm(s, rr, r1 + fabs(y), y < 0.0 && !at.north_of_all, x2 + lo2);

    const double xy = x * y;
    const double skew = between ? hi * r2 - lo * r1 : -s * (rho2 + lo2 + hi2);
    const double common = between ? -1.0 : hi * r2 + lo * r1;
    const double turn = angle_of(xy * skew, common * (lo * hi * (r1 * r2) + xy * xy)), last = angle_of(xy, hi * r2);
    const double logarithms = (at.north_of_all ? -x : x) * log_y + (at.east_of_all ? -y : y) * log_x;
    return even * (lo * turn + (hi - lo) * last - logarithms);
}

// all threads have the same weights: those that are zero cost nothing
__device__ __forceinline__ double first_derivatives(const double* weights, const Layer at) {
    double value = 0.0;
    if (weights[0] != 0.0) value += weights[0] * horizontal_kernel(at, at.x, at.y, at.north_of_all);
    if (weights[1] != 0.0) value += weights[1] * horizontal_kernel(at, at.y, at.x, at.east_of_all);
    if (weights[2] != 0.0) value += weights[2] * vertical_kernel(at);
    return value;
}

__device__ __forceinline__ double second_derivatives(const double* weights, const Layer at) {
    const double x = at.x, y = at.y;
    const bool mirrored = at.z1 + at.z2 < 0.0;
    const double lo = mirrored ? -at.z2 : at.z1, hi = mirrored ? -at.z1 : at.z2, even = mirrored ? -1.0 : 1.0;
    const bool between = lo < 0.0;
    const double s = (hi - lo) * (hi + lo), x2 = x * x, y2 = y * y, lo2 = lo * lo, hi2 = hi * hi, rho2 = x2 + y2;
    const double r1 = sqrt(rho2 + lo2), r2 = sqrt(rho2 + hi2), rr = r1 + r2, size_y = fabs(y);

    double far = r1 + fabs(x);
    const bool west = x < 0.0 && !at.east_of_all;
    const double log_x = edge_logarithm(west ? s * far : s, west ? rr * (y2 + lo2) : rr * far,
                                        (y2 + hi2) * (far > 0.0 ? far : 1.0), r2 - x);
    far = r1 + size_y;
    const bool south = y < 0.0 && !at.north_of_all;
    const double log_y = edge_logarithm(south ? s * far : s, south ? rr * (x2 + lo2) : rr * far,
                                        (x2 + hi2) * (far > 0.0 ? far : 1.0), r2 + size_y);
    far = between ? r1 - lo : r1 + lo;
    const double p = (hi - lo) * (rr + (lo + hi));
    const double log_z = edge_logarithm(between ? p * far : p, between ? rr * rho2 : rr * far,
                                        (hi + r2) * (far > 0.0 ? far : 1.0), 1.0);

    const double product = r1 * r2, cross = lo * hi;
    const double skew = between ? hi * r1 - lo * r2 : rho2 * s, common = between ? 1.0 : hi * r1 + lo * r2;
    const double n = x * y * skew;
    const double angle_x = angle_of(n, common * (x2 * product + y2 * cross));
    const double angle_y = angle_of(n, common * (y2 * product + x2 * cross));
    const double corner = (between ? PI : 0.0) * sign_of(y) * sign_of(x);
    return weights[0] * angle_x + weights[1] * angle_y + weights[2] * corner +
           (at.east_of_all ? -even : even) * weights[3] * log_x +
           (at.north_of_all ? -even : even) * weights[4] * log_y + weights[5] * log_z;
}

struct Ends {
    double along, end;
};

// change of 1 / (r (r + |t|)) and of its product with z, along the axis t of a horizontal edge
__device__ __forceinline__ Ends edge_ends(double t, bool gap, double side1, double side2, double lo, double hi,
                                          double r1, double r2, double change) {
    const double far1 = r1 + fabs(t), far2 = r2 + fabs(t);
    const double near1 = gap ? side1 / (far1 > 0.0 ? far1 : 1.0) : far1, near2 = gap ? side2 / far2 : far2;
    const double open1 = near1 == 0.0 ? 0.0 : 1.0 / (near1 > 0.0 ? near1 : 1.0);
    Ends result;
    result.along = change * (r2 + near1) * open1 / near2;
    result.end = hi / (r2 * near2) - lo * open1 / (r1 > 0.0 ? r1 : 1.0);
    return result;
}

__device__ __forceinline__ double third_derivatives(const double* weights, const Layer at) {
    const double x = at.x, y = at.y;
    const bool mirrored = at.z1 + at.z2 < 0.0;
    const double lo = mirrored ? -at.z2 : at.z1, hi = mirrored ? -at.z1 : at.z2, even = mirrored ? -1.0 : 1.0;
    const bool between = lo < 0.0;
    const double s = (hi - lo) * (hi + lo), x2 = x * x, y2 = y * y, lo2 = lo * lo, hi2 = hi * hi, rho2 = x2 + y2;
    const double line = 1e-16 * (hi - lo) * (hi - lo);
    const double r1 = sqrt(rho2 + lo2), r2 = sqrt(rho2 + hi2), rr = r1 + r2;
    const bool at_station = r1 * r2 == 0.0;
    const double product = at_station ? 1.0 : r1 * r2;

    const double common = between ? rho2 : hi * r1 + lo * r2;
    double skew = between ? hi * r1 - lo * r2 : s;
    skew = common == 0.0 ? 0.0 : skew / (common > 0.0 ? common : 1.0) / product;
    const double change = at_station ? 0.0 : s / (rr > 0.0 ? rr : 1.0) / product;

    const double face_x = y2 + lo2, face_y = x2 + lo2;
    const Ends in_x = edge_ends(x, x < 0.0 && !at.east_of_all, face_x > line ? face_x : 0.0, y2 + hi2, lo, hi, r1,
                                r2, change);
    const Ends in_y = edge_ends(y, y < 0.0 && !at.north_of_all, face_y > line ? face_y : 0.0, x2 + hi2, lo, hi, r1,
                                r2, change);
    const double sign_x = at.east_of_all ? -1.0 : 1.0, sign_y = at.north_of_all ? -1.0 : 1.0;
    return weights[0] * even * (at_station ? -1.0 / r2 : change) + skew * (weights[1] * x + weights[2] * y) +
           even * (sign_y * weights[3] * x * in_y.along + sign_x * weights[5] * y * in_x.along) -
           sign_y * weights[4] * in_y.end - sign_x * weights[6] * in_x.end;
}

__device__ __forceinline__ double prism_kernel(const double* weights, const Layer at) {
#if ORDER == 1
    return first_derivatives(weights, at);
#elif ORDER == 2
    return second_derivatives(weights, at);
#else
    return third_derivatives(weights, at);
#endif
}
