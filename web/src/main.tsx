/**
 * Entry: the catalogue first (so no text flashes in the wrong language), then the page. The sign-in page stands alone,
 * without router and cache: it must be small, and whoever is signed out has nothing to route.
 */
import './ui/base.css';
import './ui/tokens.css';
import './ui/fonts.css';
import { createRoot } from 'react-dom/client';
import { currentLanguage, I18nContext, loadCatalogue } from './i18n/i18n';

const PUBLIC = new Set(['/', '/login']);

async function start(root: HTMLElement): Promise<void> {
  const language = currentLanguage();
  const page = PUBLIC.has(location.pathname)
    ? import('./features/landing/Landing').then(({ Landing }) => <Landing />)
    : import('./app/App').then(({ App }) => <App />);
  const [t, element] = await Promise.all([loadCatalogue(language), page]);
  createRoot(root).render(<I18nContext value={{ language, t }}>{element}</I18nContext>);
}

const root = document.getElementById('root');
if (root) void start(root);
