import type { Cure } from '../errors.ts';

export interface Cause {
  name: string;
  sentence: string;
  zh: string;
  cure: Cure;
}

interface Known {
  name: string;
  /** In what a program said, or in the log of a service. */
  sign: RegExp;
  sentence(match: RegExpExecArray): string;
  zh: string;
  cure: Cure;
}

/** What goes wrong with such stacks, by how it looks. The first that fits is named. */
const CAUSES: Known[] = [
  {
    name: 'daemon-denied',
    sign: /permission denied while trying to connect to the Docker daemon/i,
    sentence: () => 'this user may not use docker',
    zh: '当前用户无权使用 docker',
    cure: {
      hint: 'sudo usermod -aG docker "$USER", then log in again',
      zhHint: '执行 sudo usermod -aG docker "$USER"，然后重新登录',
    },
  },
  {
    name: 'daemon-missing',
    sign: /Cannot connect to the Docker daemon(?: at (\S+?))?\.?\s|failed to connect to the docker API|error during connect/i,
    sentence: ([, at]) => `the Docker daemon does not answer${at ? ` at ${at}` : ''}`,
    zh: 'Docker 守护进程没有应答',
    cure: {
      hint: 'start it: sudo systemctl start docker; or set DOCKER_HOST to where it is',
      zhHint: '请启动它：sudo systemctl start docker；或把 DOCKER_HOST 设为其所在地址',
    },
  },
  {
    name: 'port-taken',
    sign: /(?:Bind for (\S+) failed: port is already allocated|listen tcp\S* (\S+): bind: address already in use)/i,
    sentence: ([, bound, listened]) => `another program has the port ${bound ?? listened}`,
    zh: '端口已被占用',
    cure: {
      hint: 'set RAG_PORT in .env to a free one, then: rag stack up',
      zhHint: '请在 .env 中把 RAG_PORT 设为空闲端口，然后：rag stack up',
    },
  },
  {
    name: 'image-gone',
    sign: /pull access denied for ([\w./-]+)|manifest for (\S+) not found|(\S+): not found: manifest unknown|manifest unknown|repository does not exist|failed to resolve reference "([^"]+)": \S+ not found/i,
    sentence: ([, a, b, c, d]) => `the registry has no image ${a ?? b ?? c ?? d ?? 'of this name'}`,
    zh: '镜像仓库中没有该镜像',
    cure: {
      hint: 'take another tag or mirror in .env, or load a bundle that `rag stack vendor` made: docker load -i rag-images.tar',
      zhHint: '请在 .env 中换用其他标签或镜像源，或载入 `rag stack vendor` 制作的文件：docker load -i rag-images.tar',
    },
  },
  {
    name: 'registry-unreachable',
    sign: /(?:registry|docker\.io|auth\.docker).{0,200}(?:connection refused|no such host|i\/o timeout|timeout exceeded|network is unreachable|EOF)|toomanyrequests|proxyconnect tcp/is,
    sentence: () => 'the image registry cannot be reached from here',
    zh: '无法访问镜像仓库',
    cure: {
      hint: 'look at the network and its proxy; without one: rag stack vendor on a machine that has the images, then docker load -i rag-images.tar here',
      zhHint:
        '请检查网络及其代理；没有网络时：在有镜像的机器上运行 rag stack vendor，再在此处运行 docker load -i rag-images.tar',
    },
  },
  {
    name: 'wrong-architecture',
    sign: /exec format error|does not match the (?:detected|specified) (?:host )?platform|no matching manifest for (\S+)/i,
    sentence: ([, platform]) => `an image is made for another kind of processor${platform ? ` than ${platform}` : ''}`,
    zh: '镜像的处理器架构与本机不符',
    cure: {
      hint: 'take an image of this machine’s kind: docker image rm IMAGE, then rag stack up',
      zhHint: '请使用与本机架构相符的镜像：docker image rm IMAGE，然后 rag stack up',
    },
  },
  {
    name: 'postgres-major',
    sign: /database files are incompatible with server|initialized by PostgreSQL version (\d+)|in 18\+, these Docker images are configured|PostgreSQL data in .*\(unused mount\/volume\)/i,
    sentence: ([, major]) => `the data of PostgreSQL are of another major version${major ? ` (${major})` : ''}`,
    zh: 'PostgreSQL 数据属于另一个主版本',
    cure: {
      hint: 'set POSTGRES_IMAGE in .env to the major version of the data; to move up, restore a backup into a new volume',
      zhHint: '请在 .env 中把 POSTGRES_IMAGE 设为数据所属的主版本；要升级，请把备份恢复到新数据卷',
    },
  },
  {
    name: 'disk-full',
    sign: /no space left on device|ENOSPC|No space left|XMinioStorageFull|could not (?:write|extend) .*(?:disk|space)/i,
    sentence: () => 'the disk is full',
    zh: '磁盘已满',
    cure: {
      hint: 'make room (docker system df shows what docker holds; docker image prune frees what is unused), then: rag stack up',
      zhHint:
        '请腾出空间（docker system df 显示 docker 占用的空间；docker image prune 清理无用镜像），然后：rag stack up',
    },
  },
  {
    name: 'wrong-password',
    sign: /NOAUTH|WRONGPASS|password authentication failed|does not accept our (?:user and password|password|keys?)|InvalidAccessKeyId|SignatureDoesNotMatch|invalid (?:api[- ]key|username-password pair)/i,
    sentence: () => 'a service does not know the password in secrets/: its data were made with another one',
    zh: '服务不认可 secrets/ 中的密码：其数据由另一密码创建',
    cure: {
      hint: 'put the secrets/ folder back that belongs to these volumes; for a new start: rag stack destroy --data NAME',
      zhHint: '请放回属于这些数据卷的 secrets/ 文件夹；要重新开始：rag stack destroy --data NAME',
    },
  },
  {
    name: 'out-of-memory',
    sign: /OOMKilled|out of memory|Cannot allocate memory|JavaScript heap/i,
    sentence: () => 'a service needed more memory than it may have',
    zh: '某个服务的内存超出上限',
    cure: {
      hint: 'raise its …_MEMORY in .env, then: rag stack up',
      zhHint: '请在 .env 中调高其 …_MEMORY，然后：rag stack up',
    },
  },
  {
    name: 'secret-unreadable',
    sign: /\/run\/secrets\/(\w+).{0,40}(?:permission denied|EACCES)|(?:permission denied|EACCES).{0,80}\/run\/secrets\/(\w+)/i,
    sentence: ([, a, b]) => `secrets/${a ?? b} cannot be read inside its container`,
    zh: '容器内无法读取密钥文件',
    cure: { hint: 'chmod 444 secrets/* && chmod 700 secrets' },
  },
  {
    name: 'secret-missing',
    sign: /(?:secrets\/(\w+)).{0,60}(?:no such file|does not exist|not found)|invalid mount config.*secrets\/(\w+)/i,
    sentence: ([, a, b]) => `secrets/${a ?? b} is missing`,
    zh: '缺少密钥文件',
    cure: {
      hint: 'rag stack init makes what is missing, and leaves what is there',
      zhHint: 'rag stack init 会补上缺少的，已有的保持不变',
    },
  },
  {
    name: 'volume-missing',
    sign: /external volume "([^"]+)" not found/i,
    sentence: ([, name]) => `the volume ${name} is not there`,
    zh: '缺少数据卷',
    cure: {
      hint: 'rag stack up makes it; by hand: docker volume create NAME',
      zhHint: 'rag stack up 会创建它；手动：docker volume create NAME',
    },
  },
  {
    name: 'eviction-policy',
    sign: /maxmemory-policy|Eviction policy is/i,
    sentence: () => 'Redis may drop jobs: its maxmemory-policy must be noeviction',
    zh: 'Redis 可能丢弃任务：maxmemory-policy 必须为 noeviction',
    cure: {
      hint: 'set it back in redis/redis.conf, then: rag stack restart redis',
      zhHint: '请在 redis/redis.conf 中改回，然后：rag stack restart redis',
    },
  },
];

export function causeOf(text: string): Cause | undefined {
  for (const { name, sign, sentence, zh, cure } of CAUSES) {
    const match = sign.exec(`${text}\n`);
    if (match) return { name, sentence: sentence(match), zh, cure };
  }
  return undefined;
}
