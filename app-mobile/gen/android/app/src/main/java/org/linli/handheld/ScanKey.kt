package org.linli.handheld

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import androidx.core.content.ContextCompat
import app.tauri.plugin.JSObject

/**
 * The scan key of a PDA. Its service sends what it read as a broadcast; each maker has names of its own.
 * A device of another maker is set to [OURS] in its scan settings, or to typing, which needs nothing here.
 *
 * Any program on the phone can send these: what arrives is text that somebody typed, no more.
 */
class ScanKey(private val context: Context, private val tell: (JSObject) -> Unit) {
  private var isRunning = false

  private val receiver = object : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
      val key = KEYS[intent.action] ?: return
      val text = intent.getStringExtra(key) ?: return
      tell(
        JSObject().apply {
          put("kind", "scan")
          put("text", text)
        },
      )
    }
  }

  fun start() {
    if (isRunning) {
      return
    }
    isRunning = true
    val filter = IntentFilter()
    KEYS.keys.forEach { filter.addAction(it) }
    ContextCompat.registerReceiver(context, receiver, filter, ContextCompat.RECEIVER_EXPORTED)
  }

  fun stop() {
    if (isRunning) {
      isRunning = false
      context.unregisterReceiver(receiver)
    }
  }

  private companion object {
    const val OURS = "org.linli.handheld.SCAN"

    /** The name of the broadcast, and under which name the text lies in it. Sources: docs/android.md. */
    val KEYS = mapOf(
      OURS to "text",
      "nlscan.action.SCANNER_RESULT" to "SCAN_BARCODE1",
      "android.intent.ACTION_DECODE_DATA" to "barcode_string",
      "android.intent.action.SCANRESULT" to "value",
      "com.android.server.scannerservice.broadcast" to "scannerdata",
      "com.sunmi.scanner.ACTION_DATA_CODE_RECEIVED" to "data",
    )
  }
}
