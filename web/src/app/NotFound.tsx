/** An address that names nothing. */
import { Link } from '@tanstack/react-router';
import { useT } from '../i18n/i18n';
import { buttonClass } from '../ui/Button';
import { Empty } from '../ui/states';

export function NotFound() {
  const t = useT();
  return (
    <main id="content">
      <h1 className="vh">{t.app.notFoundTitle}</h1>
      <Empty
        title={t.app.notFoundTitle}
        hint={t.app.notFoundText}
        action={
          <Link to="/" className={buttonClass()}>
            {t.app.toStart}
          </Link>
        }
      />
    </main>
  );
}
