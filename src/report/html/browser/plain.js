/** Puts a page without charts together: tables and theme. */

import { createTables } from './tables.js';
import { createThemeToggle } from './theme-toggle.js';

createTables(() => null);
createThemeToggle(() => {});
document.documentElement.dataset['drawn'] = '';
