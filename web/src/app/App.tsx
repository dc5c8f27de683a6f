/** What the signed-in pages stand on: server data and routes. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createQueryClient } from './queryClient';
import { createAppRouter } from './router';

const client = createQueryClient();
const router = createAppRouter(client);

export function App() {
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
