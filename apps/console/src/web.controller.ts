import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { NotFound } from './api-fault.ts';
import { WEB_ASSETS } from './tokens.ts';
import { assetFor, type WebAssets } from './web-assets.ts';

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
interface Reply {
  status(code: number): Reply;
  headers(values: Readonly<Record<string, string>>): Reply;
  send(body?: Buffer | string): unknown;
}

/** Everything that is neither API nor probe: the page and its files. */
@Controller()
export class WebController {
  constructor(@Inject(WEB_ASSETS) private readonly assets: WebAssets | undefined) {}

  @Get('*')
  serve(@Req() request: Request, @Res() reply: Reply): void {
    const [path = '/'] = request.url.split('?');
    if (path.startsWith('/api/')) throw new NotFound('route');
    if (this.assets === undefined) {
      reply
        .status(503)
        .headers({ 'content-type': 'text/plain; charset=utf-8' })
        .send('The page is not built. Build it with: npm run build\n');
      return;
    }
    const found = assetFor(this.assets, path);
    if (found === undefined) throw new NotFound('file');
    const { type, body, etag, cacheControl } = found.asset;
    const headers = { 'content-type': type, etag, 'cache-control': cacheControl };
    if (found.status === 200 && request.headers['if-none-match'] === etag) reply.status(304).headers(headers).send();
    else reply.status(found.status).headers(headers).send(body);
  }
}
