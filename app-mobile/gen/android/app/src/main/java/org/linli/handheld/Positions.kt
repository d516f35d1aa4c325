package org.linli.handheld

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Bundle
import android.os.Looper
import android.os.SystemClock
import androidx.core.content.ContextCompat
import app.tauri.plugin.JSObject

/**
 * Positions of the phone's own receivers, without Google's services. Used on the main thread only.
 */
class Positions(private val context: Context, private val tell: (JSObject) -> Unit) : LocationListener {
  private val manager = context.getSystemService(Context.LOCATION_SERVICE) as LocationManager
  private var isWanted = false
  private var isRunning = false

  fun isAllowed() = ContextCompat.checkSelfPermission(
    context, Manifest.permission.ACCESS_FINE_LOCATION,
  ) == PackageManager.PERMISSION_GRANTED

  /** Listens from now on, whenever the program is in front. */
  fun start() {
    isWanted = true
    resume()
  }

  @SuppressLint("MissingPermission")
  fun resume() {
    if (!isWanted || isRunning || !isAllowed()) {
      return
    }
    isRunning = true
    // Satellites are exact outdoors, the network answers in stairwells; a phone may lack either.
    for (provider in listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER)) {
      if (provider in manager.allProviders) {
        manager.getLastKnownLocation(provider)?.let { onLocationChanged(it) }
        manager.requestLocationUpdates(provider, INTERVAL_MS, 0f, this, Looper.getMainLooper())
      }
    }
  }

  fun pause() {
    if (isRunning) {
      isRunning = false
      manager.removeUpdates(this)
    }
  }

  private var best: Location? = null

  override fun onLocationChanged(location: Location) {
    val before = best
    // A rough position of the network does not replace an exact one of the last half minute.
    val isBetter = before == null ||
      location.elapsedRealtimeNanos - before.elapsedRealtimeNanos > STALE_NS ||
      radius(location) <= radius(before)
    if (!isBetter || location.elapsedRealtimeNanos < (before?.elapsedRealtimeNanos ?: 0)) {
      return
    }
    best = location
    val age = SystemClock.elapsedRealtimeNanos() - location.elapsedRealtimeNanos
    tell(
      JSObject().apply {
        put("kind", "position")
        put("lon", location.longitude)
        put("lat", location.latitude)
        if (location.hasAccuracy()) put("accuracy", location.accuracy.toDouble())
        put("is_simulated", isSimulated(location))
        put("age_ms", age / 1_000_000)
      },
    )
  }

  private fun radius(location: Location) =
    if (location.hasAccuracy()) location.accuracy else Float.MAX_VALUE

  @Suppress("DEPRECATION")
  private fun isSimulated(location: Location) =
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) location.isMock else location.isFromMockProvider

  // Android 10 and older call these, and the default methods are not there.
  override fun onProviderEnabled(provider: String) {}

  override fun onProviderDisabled(provider: String) {}

  @Deprecated("Deprecated in Java")
  override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) {}

  private companion object {
    /** The engine looks every five seconds. */
    const val INTERVAL_MS = 5_000L
    const val STALE_NS = 30_000_000_000L
  }
}
