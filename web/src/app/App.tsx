/** Everything a page stands on: texts, server data, routes. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { type I18n, I18nContext } from '../i18n/i18n';
import { createQueryClient } from './queryClient';
import { createAppRouter } from './router';

const client = createQueryClient();
const router = createAppRouter(client);

export function App({ i18n }: { i18n: I18n }) {
  return (
    <I18nContext value={i18n}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nContext>
  );
}
