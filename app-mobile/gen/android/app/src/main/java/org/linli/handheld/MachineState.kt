package org.linli.handheld

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.os.BatteryManager
import android.os.Build
import app.tauri.plugin.JSObject

/** Network and battery, told whenever one of them changes. */
class MachineState(private val context: Context, private val tell: (JSObject) -> Unit) {
  private val manager = context.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager
  private var isRunning = false
  @Volatile private var network = "none"
  @Volatile private var percent: Int? = null
  @Volatile private var isCharging = false

  private val networks = object : ConnectivityManager.NetworkCallback() {
    override fun onCapabilitiesChanged(changed: Network, capabilities: NetworkCapabilities) {
      val isFree = capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED)
      note(if (isFree) "free" else "metered")
    }

    override fun onLost(lost: Network) = note("none")

    private fun note(kind: String) {
      // Capabilities change with every change of the signal; only ours matter.
      if (kind != network) {
        network = kind
        say()
      }
    }
  }

  private val battery = object : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
      val level = intent.getIntExtra(BatteryManager.EXTRA_LEVEL, -1)
      val scale = intent.getIntExtra(BatteryManager.EXTRA_SCALE, -1)
      val now = if (level >= 0 && scale > 0) (100 * level / scale).coerceIn(0, 100) else null
      val plugged = intent.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0
      // Temperature and voltage are sent as well, several times a minute.
      if (now != percent || plugged != isCharging) {
        percent = now
        isCharging = plugged
        say()
      }
    }
  }

  fun start() {
    if (isRunning) {
      return
    }
    isRunning = true
    manager.registerDefaultNetworkCallback(networks)
    context.registerReceiver(battery, IntentFilter(Intent.ACTION_BATTERY_CHANGED))
    say()
  }

  fun stop() {
    if (isRunning) {
      isRunning = false
      manager.unregisterNetworkCallback(networks)
      context.unregisterReceiver(battery)
    }
  }

  private fun say() = tell(
    JSObject().apply {
      put("kind", "machine")
      put("network", network)
      percent?.let { put("percent", it) }
      put("is_charging", isCharging)
      put("model", "${Build.MANUFACTURER} ${Build.MODEL}")
    },
  )
}
