/** The sign-in card: providers of the server, the local account, and one sentence for what went wrong. */
import { useActionState, useEffect, useState } from 'react';
import { api } from '../../api/http';
import { ApiError, failureText } from '../../api/problem';
import { fetchSession, signIn } from '../../api/session';
import type { Session, SignInWays } from '../../api/types';
import { lastProject, rememberedProject } from '../../app/place';
import { useT } from '../../i18n/i18n';
import { safeNext } from '../../lib/next';
import { Button, buttonClass } from '../../ui/Button';
import { TextField } from '../../ui/Field';
import styles from './landing.module.css';

interface Props {
  next: string | null;
  error: string | null;
  expired: boolean;
}

const NO_OTHERS: SignInWays = { password: true, providers: [] };

export function SignIn({ next, error, expired }: Props) {
  const t = useT();
  const [ways, setWays] = useState(NO_OTHERS);
  // Held here, because a form is emptied after its action and the address need not be typed twice.
  const [email, setEmail] = useState('');
  // Signed in already: on to where one was, without a second sign-in. A server without `ways` has local accounts alone.
  useEffect(() => {
    const check = mayBeSignedIn() ? fetchSession() : Promise.reject(new ApiError(401, 'unauthorized'));
    check.then(
      (session) => location.replace(placeAfter(session, next)),
      () =>
        api.get<SignInWays>('/session/ways').then(
          (found) =>
            setWays({
              password: found.password ?? true,
              providers: Array.isArray(found.providers) ? found.providers : [],
            }),
          () => undefined,
        ),
    );
  }, [next]);
  const [wrong, submit, busy] = useActionState<string | null, FormData>(async (_, form) => {
    try {
      await signIn(email, String(form.get('password') ?? ''));
      location.assign(placeAfter(await fetchSession(), next));
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
        <TextField
          label={t.landing.email}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
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

/** The one-time link leads to `/`; elsewhere a session is asked after only where there was one on this machine. */
function mayBeSignedIn(): boolean {
  return location.pathname === '/' || rememberedProject() !== null;
}

function placeAfter(session: Session, next: string | null): string {
  const project = lastProject(session);
  return safeNext(next) ?? (project ? `/p/${encodeURIComponent(project)}` : '/welcome');
}

function nextQuery(next: string | null): string {
  const own = safeNext(next);
  return own ? `?next=${encodeURIComponent(own)}` : '';
}

function oauthText(texts: Record<string, string>, code: string): string {
  return (Object.hasOwn(texts, code) ? texts[code] : undefined) ?? texts.other ?? '';
}
