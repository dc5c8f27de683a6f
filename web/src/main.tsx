/** Entry: the catalogue first (so no text flashes in the wrong language), then the page. */
import './ui/base.css';
import './ui/tokens.css';
import './ui/fonts.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { currentLanguage, loadCatalogue } from './i18n/i18n';

const root = document.getElementById('root');
if (root) {
  const language = currentLanguage();
  loadCatalogue(language).then((t) => createRoot(root).render(<App i18n={{ language, t }} />));
}
