// The entry of every page.
import { mount } from 'svelte'
import App from './App.svelte'
import { askSession } from './parts/session.svelte'
import './theme/font.css'
import './theme/tokens.css'
import './theme/base.css'

void askSession()

const target = document.getElementById('app')
if (!target) throw new Error('The shell has no place for the application.')
mount(App, { target })
