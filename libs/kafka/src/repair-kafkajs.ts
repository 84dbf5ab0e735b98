import { BrokerVersionError, missingOverlap } from './api-overlap.ts';
import { decodeFetchResponse } from './fetch-response.ts';
import { kafkajsInternals, type ConnectionPool, type KafkajsInternals, type ProduceApi } from './kafkajs-internals.ts';
import { encodeProduce, isPlain } from './produce-request.ts';
import { scheduleCheckPendingRequests } from './request-queue-timer.ts';
import { closeOnSilence } from './silent-broker.ts';

const repaired = new WeakSet<ProduceApi>();

/** Puts the repairs of ADR 0009 into the loaded kafkajs; once or often makes no difference. Throws when another version is installed. */
export function repairKafkajs(internals: KafkajsInternals = kafkajsInternals()): void {
  internals.RequestQueue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
  internals.fetchResponse.decode = decodeFetchResponse;
  if (repaired.has(internals.Produce)) return;
  repaired.add(internals.Produce);
  encodeInOneBuffer(internals.Produce);
  compareVersions(internals);
  closeOnSilence(internals);
}

/** Every broker is asked what it speaks when it is connected to; one that shares no version is refused then, with what is missing. */
function compareVersions({ ConnectionPool: { prototype }, calledApis }: KafkajsInternals): void {
  const { setVersions } = prototype;
  prototype.setVersions = function (this: ConnectionPool, versions) {
    const missing = missingOverlap(calledApis, versions);
    if (missing.length === 0) return setVersions.call(this, versions);
    void this.destroy();
    throw new BrokerVersionError(`${this.host}:${this.port}`, missing);
  };
}

function encodeInOneBuffer(produce: ProduceApi): void {
  const stock = produce.protocol;
  produce.protocol = ({ version }) => {
    const make = stock({ version });
    return (given) => {
      const made = make(given);
      if (version < 3 || !isPlain(given)) return made;
      const encode = (): Promise<{ buf: Buffer; buffer: Buffer }> => {
        const buffer = encodeProduce(given, Date.now());
        return Promise.resolve({ buf: buffer, buffer });
      };
      return { ...made, request: { ...made.request, encode } };
    };
  };
}
