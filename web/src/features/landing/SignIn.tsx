/** The sign-in card: providers of the server, the local account, and one sentence for what went wrong. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useActionState } from 'react';
import { api } from '../../api/http';
import { keys } from '../../api/keys';
import { ApiError, failureText } from '../../api/problem';
import type { SignInWays } from '../../api/types';
import { lastProject } from '../../app/place';
import { sessionQuery, signIn } from '../../app/session';
import { useT } from '../../i18n/i18n';
import { safeNext } from '../../lib/search';
import { Button, buttonClass } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import styles from './landing.module.css';

interface Props {
  next: string | undefined;
  error: string | undefined;
  expired: boolean;
}

export function SignIn({ next, error, expired }: Props) {
  const t = useT();
  const router = useRouter();
  const client = useQueryClient();
  const ways = useSignInWays();
  const [wrong, submit, busy] = useActionState<string | null, FormData>(async (_, form) => {
    try {
      await signIn(String(form.get('email') ?? ''), String(form.get('password') ?? ''));
      client.removeQueries({ queryKey: keys.session });
      const session = await client.fetchQuery(sessionQuery);
      const project = lastProject(session);
      const place = safeNext(next) ?? (project ? `/p/${encodeURIComponent(project)}` : '/welcome');
      router.history.push(place);
      return null;
    } catch (problem) {
      if (problem instanceof ApiError && [400, 401, 403, 422].includes(problem.status))
        return t.landing.wrong;
      if (problem instanceof ApiError && problem.status === 429) return t.landing.tooMany;
      return failureText(t, problem);
    }
  }, null);
  const notice = error ? oauthText(t.landing.oauth, error) : expired ? t.landing.expired : null;
  return (
    <section className={styles.card} aria-label={t.landing.signIn}>
      <h2 className={styles.cardTitle}>{t.landing.signIn}</h2>
      {notice ? (
        <p className={styles.notice} role="alert">
          {notice}
        </p>
      ) : null}
      {ways.providers.length > 0 ? (
        <div className={styles.providers}>
          {ways.providers.map((provider) => (
            <a
              key={provider.id}
              className={buttonClass()}
              href={`/auth/${encodeURIComponent(provider.id)}${nextQuery(next)}`}
            >
              {provider.id === 'github' ? t.landing.github : t.landing.oidc(provider.name)}
            </a>
          ))}
        </div>
      ) : null}
      <form action={submit} className={styles.form}>
        <TextField label={t.landing.email} name="email" type="email" autoComplete="username" required />
        <TextField
          label={t.landing.password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          wrong={wrong}
        />
        <Button type="submit" look="primary" disabled={busy}>
          {busy ? t.landing.submitting : t.landing.submit}
        </Button>
      </form>
      <p className={styles.hint}>{t.landing.linkHint}</p>
    </section>
  );
}

/** A server without this route has local accounts alone. */
function useSignInWays(): SignInWays {
  const { data } = useQuery({
    queryKey: keys.signInWays,
    queryFn: ({ signal }) => api.get<SignInWays>('/session/ways', { signal }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return {
    password: data?.password ?? true,
    providers: Array.isArray(data?.providers) ? data.providers : [],
  };
}

function nextQuery(next: string | undefined): string {
  const own = safeNext(next);
  return own ? `?next=${encodeURIComponent(own)}` : '';
}

function oauthText(texts: Record<string, string>, code: string): string {
  return (Object.hasOwn(texts, code) ? texts[code] : undefined) ?? texts.other ?? '';
}
