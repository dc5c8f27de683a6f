/** The first page: what this is, and every way in that the server has. */
import { Moon, Sun } from 'lucide-react';
import { useEffect, useState } from 'react';
import { chooseLanguage, useI18n } from '../../i18n/i18n';
import { isDark, setTheme } from '../../lib/preferences';
import { Logo } from '../../ui/Logo';
import { FlowLoop } from './FlowLoop';
import styles from './landing.module.css';
import { SignIn } from './SignIn';

export function Landing() {
  const { t, language } = useI18n();
  const [search] = useState(() => new URLSearchParams(location.search));
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    document.title = `${t.landing.signIn} · Omegi`;
  }, [t]);
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <Logo size={30} />
        <span className={`${styles.word} grow`}>Omegi</span>
        <button
          type="button"
          lang={language === 'ko' ? 'en' : 'ko'}
          onClick={() => chooseLanguage(language === 'ko' ? 'en' : 'ko')}
        >
          {language === 'ko' ? 'English' : '한국어'}
        </button>
        <button
          type="button"
          aria-label={`${t.app.theme}: ${dark ? t.app.themeDark : t.app.themeLight}`}
          onClick={() => {
            setTheme(dark ? 'light' : 'dark');
            setDark(!dark);
          }}
        >
          {dark ? <Moon size={18} /> : <Sun size={18} />}
        </button>
      </header>
      <main className={styles.main} id="content">
        <div>
          <h1 className={styles.headline}>{t.landing.headline}</h1>
          <p className={styles.text}>{t.landing.text}</p>
          <FlowLoop />
        </div>
        <SignIn
          next={search.get('next')}
          error={search.get('error')}
          expired={search.get('expired') === '1'}
        />
      </main>
      <section className={styles.points} aria-label="Omegi">
        {t.landing.points.map(([title, text]) => (
          <div key={title} className={styles.point}>
            <h2>{title}</h2>
            <p>{text}</p>
          </div>
        ))}
      </section>
      <footer className={styles.foot}>
        <span>{t.landing.agents}</span>
        <span>{t.landing.selfHosted}</span>
      </footer>
    </div>
  );
}
