import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { followAddress } from './navigation.ts';
import { showPreferences } from './preferences.ts';
import { takeToken } from './token.ts';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/ask.css';
import './styles/search.css';
import './styles/documents.css';
import './styles/status.css';
import './styles/viewer.css';

takeToken();
followAddress();
showPreferences();
createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
