package org.linli.handheld

import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder
import androidx.core.app.NotificationCompat
import androidx.core.app.ServiceCompat
import androidx.core.content.ContextCompat

/**
 * Runs only while a person keeps a track: it shows that it runs, and positions go on behind a dark screen.
 * It does nothing itself; [Positions] listens and the engine writes.
 */
class TrackService : Service() {
  override fun onBind(intent: Intent?): IBinder? = null

  override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
    val manager = getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.O) {
      val name = getString(R.string.track_running)
      val importance = NotificationManager.IMPORTANCE_LOW
      manager.createNotificationChannel(NotificationChannel(CHANNEL, name, importance))
    }
    val open = PendingIntent.getActivity(
      this, 0, Intent(this, MainActivity::class.java), PendingIntent.FLAG_IMMUTABLE,
    )
    val notification = NotificationCompat.Builder(this, CHANNEL)
      .setSmallIcon(android.R.drawable.ic_menu_mylocation)
      .setContentTitle(getString(R.string.track_running))
      .setContentIntent(open)
      .setOngoing(true)
      .build()
    val type = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
      ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION
    } else {
      0
    }
    try {
      ServiceCompat.startForeground(this, ID, notification, type)
    } catch (ignored: RuntimeException) {
      // Not in front, or the right was taken back: the track goes on while the program is in front.
      stopSelf()
    }
    // A track that the system broke off is begun again by the engine, not by the system.
    return START_NOT_STICKY
  }

  override fun onCreate() {
    super.onCreate()
    isRunning = true
  }

  override fun onDestroy() {
    isRunning = false
    super.onDestroy()
  }

  companion object {
    private const val CHANNEL = "track"
    private const val ID = 1

    @Volatile private var isRunning = false

    fun start(context: Context) {
      if (isRunning) {
        return
      }
      try {
        ContextCompat.startForegroundService(context, Intent(context, TrackService::class.java))
      } catch (ignored: RuntimeException) {
        // Android 12 and newer refuse while the program is not in front; it is asked again at the next change.
      }
    }

    fun stop(context: Context) {
      context.stopService(Intent(context, TrackService::class.java))
    }
  }
}
