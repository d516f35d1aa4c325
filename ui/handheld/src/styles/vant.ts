// Only the parts of Vant in use. Their own `style` entries would bring its icon font, which points
// to a public server; our symbols are inlined instead.
import 'vant/es/style/base.css'
import 'vant/es/loading/index.css'
import 'vant/es/button/index.css'
import 'vant/es/cell/index.css'
import 'vant/es/field/index.css'
import 'vant/es/checkbox/index.css'
import 'vant/es/progress/index.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/toast/index.css'
import './vant-fixes.css'
