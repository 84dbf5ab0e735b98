import { Controller, Delete, Get, Header, HttpCode, Param, Post, Put, Query, Req, UseFilters } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RegistryFilter } from './registry-filter.ts';
import { compatibilityFaults, findSchema, schemaById, schemaOf, subjects, usesOf, versionsOf } from './registry-catalogue.ts';
import { RegistryRefusal } from './registry-refusal.ts';

const LEVEL = 'FULL_TRANSITIVE';
/** Media type of the API (Confluent Schema Registry API reference, "Content types"). */
const TYPE = 'application/vnd.schemaregistry.v1+json';

/** The contracts on Confluent's Schema Registry REST API, read-only: they change by a release, never over HTTP. */
@Controller()
@UseFilters(RegistryFilter)
export class RegistryController {
  @Get('subjects')
  @Header('content-type', TYPE)
  listSubjects(@Query('subjectPrefix') prefix?: unknown) {
    return subjects(typeof prefix === 'string' ? prefix : '');
  }

  @Get('subjects/:subject/versions')
  @Header('content-type', TYPE)
  listVersions(@Param('subject') subject: string) {
    return versionsOf(subject);
  }

  @Get('subjects/:subject/versions/:version')
  @Header('content-type', TYPE)
  version(@Param('subject') subject: string, @Param('version') version: string) {
    return schemaOf(subject, version);
  }

  @Get('subjects/:subject/versions/:version/schema')
  @Header('content-type', TYPE)
  versionText(@Param('subject') subject: string, @Param('version') version: string) {
    return schemaOf(subject, version).schema;
  }

  @Get('subjects/:subject/versions/:version/referencedby')
  @Header('content-type', TYPE)
  referencedBy(@Param('subject') subject: string, @Param('version') version: string): number[] {
    schemaOf(subject, version);
    return [];
  }

  @Get('schemas/types')
  @Header('content-type', TYPE)
  types() {
    return ['AVRO'];
  }

  @Get('schemas/ids/:id')
  @Header('content-type', TYPE)
  byId(@Param('id') id: string) {
    return { schema: schemaById(id).schema };
  }

  @Get('schemas/ids/:id/schema')
  @Header('content-type', TYPE)
  textById(@Param('id') id: string) {
    return schemaById(id).schema;
  }

  @Get('schemas/ids/:id/versions')
  @Header('content-type', TYPE)
  versionsById(@Param('id') id: string) {
    return usesOf(id);
  }

  @Get('schemas/ids/:id/subjects')
  @Header('content-type', TYPE)
  subjectsById(@Param('id') id: string) {
    return usesOf(id).map(({ subject }) => subject);
  }

  @Get('config')
  @Header('content-type', TYPE)
  config() {
    return { compatibilityLevel: LEVEL };
  }

  @Get('config/:subject')
  @Header('content-type', TYPE)
  subjectConfig(@Param('subject') subject: string) {
    versionsOf(subject);
    return { compatibilityLevel: LEVEL };
  }

  @Get('mode')
  @Header('content-type', TYPE)
  mode() {
    return { mode: 'READONLY' };
  }

  @Post('subjects/:subject')
  @HttpCode(200)
  @Header('content-type', TYPE)
  lookup(@Param('subject') subject: string, @Req() request: FastifyRequest) {
    return findSchema(subject, schemaIn(request));
  }

  @Post('compatibility/subjects/:subject/versions')
  @HttpCode(200)
  @Header('content-type', TYPE)
  compatibleWithAll(@Param('subject') subject: string, @Req() request: FastifyRequest, @Query('verbose') verbose?: unknown) {
    return verdict(compatibilityFaults(subject, schemaIn(request)), verbose);
  }

  @Post('compatibility/subjects/:subject/versions/:version')
  @HttpCode(200)
  @Header('content-type', TYPE)
  compatible(
    @Param('subject') subject: string,
    @Param('version') version: string,
    @Req() request: FastifyRequest,
    @Query('verbose') verbose?: unknown,
  ) {
    return verdict(compatibilityFaults(subject, schemaIn(request), version), verbose);
  }

  /** Clients register what they write before they write it: the schema that is there already is answered, a new one refused. */
  @Post('subjects/:subject/versions')
  @HttpCode(200)
  @Header('content-type', TYPE)
  register(@Param('subject') subject: string, @Req() request: FastifyRequest) {
    try {
      return { id: findSchema(subject, schemaIn(request)).id };
    } catch (error) {
      if (error instanceof RegistryRefusal && (error.errorCode === 40403 || error.errorCode === 40401)) throw readOnly(403);
      throw error;
    }
  }

  @Put(['config', 'config/:subject', 'mode', 'mode/:subject'])
  refusePut(): never {
    throw readOnly(405);
  }

  @Delete(['subjects/:subject', 'subjects/:subject/versions/:version', 'config', 'config/:subject', 'mode', 'mode/:subject'])
  refuseDelete(): never {
    throw readOnly(405);
  }
}

const readOnly = (status: 403 | 405): RegistryRefusal =>
  new RegistryRefusal(status, status, 'This registry is read-only: a contract changes by a release of the hub.');

const verdict = (messages: readonly string[], verbose: unknown): unknown => ({
  is_compatible: messages.length === 0,
  ...(verbose === 'true' ? { messages } : {}),
});

function schemaIn(request: FastifyRequest): unknown {
  const body: unknown = request.body;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '');
  } catch {
    throw new RegistryRefusal(400, 400, 'The body is no JSON.');
  }
  const { schema, schemaType } = (parsed ?? {}) as { schema?: unknown; schemaType?: unknown };
  if (schemaType !== undefined && schemaType !== 'AVRO')
    throw new RegistryRefusal(422, 42201, 'Invalid schema: this registry holds AVRO only.');
  return schema;
}
