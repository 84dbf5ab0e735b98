import { createConnection } from 'node:net';
import type { Kafka } from '@tributary/kafka';

const LEAVE_GROUP = 13;

/**
 * Takes what earlier cells left in consumer groups out of them (a killed member stays until its session ends, and the next cell would wait
 * for that) and deletes the groups. kafkajs cannot name a member that is to leave, so the request is written by hand: LeaveGroup v1.
 */
export async function evictMembers(kafka: Kafka, port: number, groups: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const known = new Set((await admin.listGroups()).groups.map((group) => group.groupId));
    const present = groups.filter((group) => known.has(group));
    if (present.length === 0) return;
    const described = await admin.describeGroups(present);
    for (const group of described.groups) for (const member of group.members) await leave(port, group.groupId, member.memberId);
    await admin.deleteGroups(present);
  } finally {
    await admin.disconnect();
  }
}

function leave(port: number, group: string, member: string): Promise<void> {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(2);
    length.writeInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const head = Buffer.alloc(8);
  head.writeInt16BE(LEAVE_GROUP, 0);
  head.writeInt16BE(1, 2);
  head.writeInt32BE(1, 4);
  const body = Buffer.concat([head, text('faults'), text(group), text(member)]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write(Buffer.concat([size, body])));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
    socket.setTimeout(5_000, () => socket.destroy(new Error(`the broker did not let ${member} leave ${group}`)));
  });
}
