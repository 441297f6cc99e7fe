import type { Place } from './place.ts'

/** One worker in the foreground, connections kept alive on both sides, no log. */
export function nginxConfiguration({ port, baseUrl }: Pick<Place, 'port' | 'baseUrl'>): string {
  const { host, pathname } = new URL(baseUrl)
  return `daemon off;
master_process off;
pid nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
  keepalive_requests 1000000000;
  upstream openai { server ${host}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location = /v1/realtime/token {
      proxy_pass http://openai${pathname}/realtime/client_secrets;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer sk-bench";
    }
  }
}
`
}
