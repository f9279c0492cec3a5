/** Puts a page without charts together: tables and theme. */

import { createTables, markScrollers } from './tables.js';
import { createThemeToggle } from './theme-toggle.js';

createTables(() => null);
markScrollers();
createThemeToggle(() => {});
document.documentElement.dataset['drawn'] = '';
