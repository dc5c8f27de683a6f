/** The omega sun, in the gradient of the rail. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <defs>
        <linearGradient id="omegi-logo" x1="0" y1="0" x2="1" y2="1">
          <stop stopColor="#8cbcec" />
          <stop offset="1" stopColor="#afaaea" />
        </linearGradient>
      </defs>
      <path
        d="M7 26h5.4v-2.5c-2.7-1.4-4.4-3.9-4.4-7C8 12 11.4 8.7 16 8.7s8 3.3 8 7.8c0 3.1-1.7 5.6-4.4 7V26H25"
        fill="none"
        stroke="url(#omegi-logo)"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <g stroke="url(#omegi-logo)" strokeWidth="2" strokeLinecap="round">
        <path d="M16 1.8v2.6M7.2 4.6l1.5 2.2M24.8 4.6l-1.5 2.2" />
      </g>
    </svg>
  );
}
