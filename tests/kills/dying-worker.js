// The package's worker in a page, which does what a message { doom } names.

import './doom.js'
import '/dist/worker.js'
