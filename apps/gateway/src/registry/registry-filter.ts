import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RegistryRefusal } from './registry-refusal.ts';

/** Answers refusals of the registry in Confluent's form. */
@Catch(RegistryRefusal)
export class RegistryFilter implements ExceptionFilter<RegistryRefusal> {
  catch({ status, errorCode, message }: RegistryRefusal, host: ArgumentsHost): void {
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .status(status)
      .header('content-type', 'application/vnd.schemaregistry.v1+json')
      .send(JSON.stringify({ error_code: errorCode, message }));
  }
}
